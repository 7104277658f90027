"""Results keep what the certificate says: never a smaller U, never a wider range, never another unit."""

from decimal import Decimal

import pytest

from registry.exchange.dcc import dsi, read_dcc, results, tables
from registry.exchange.dcc.document import ReportedResult
from registry.exchange.dcc.findings import Code, Finding
from tests.registry.exchange.dcc.builder import Dcc, quantity, real, result, table, vector

K = r"\kelvin"


def read(*content: str) -> tuple[tuple[ReportedResult, ...], tuple[Finding, ...]]:
    document = read_dcc(Dcc(results="".join(content) or result()).xml())
    return document.results, document.findings


def only(*content: str) -> ReportedResult:
    found, _ = read(*content)
    assert len(found) == 1
    return found[0]


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


def facts(found: ReportedResult) -> tuple[object, ...]:
    """quantity, unit, low, high, U, unit of U, k as text."""
    numbers = (found.low, found.high, found.uncertainty, found.k)
    low, high, stated, k = (None if number is None else format(number, "f") for number in numbers)
    return found.quantity, found.unit, low, high, stated, found.uncertainty_unit, k


def univariate(form: str, content: str, *, is_list: bool = False) -> str:
    suffix = "XMLList" if is_list else ""
    name = f"measurementUncertaintyUnivariate{suffix}"
    return f"<si:{name}><si:{form}{suffix}>{content}</si:{form}{suffix}></si:{name}>"


def stated(value: str, unit: str, uncertainty: str) -> str:
    return f"<si:real><si:value>{value}</si:value><si:unit>{unit}</si:unit>{uncertainty}</si:real>"


class TestValues:
    def test_one_value_is_its_own_range(self) -> None:
        """A mass of 1 kg was compared at 1 kg and nowhere else."""
        found = only(result(quantity(real("1.00007841", r"\kilogram", "0.00000005"))))
        assert facts(found) == ("mass", "kg", "1.00007841", "1.00007841", "0.00000005", "kg", "2")
        assert found.raw_unit == r"\kilogram"

    def test_a_list_gives_its_smallest_and_largest_value(self) -> None:
        """The order of the points does not matter."""
        found = only(result(table(quantity(vector("30 -10 20", K, "0.1 0.3 0.2")))))
        assert facts(found) == ("temperature", "K", "-10", "30", "0.3", "K", "2")

    def test_one_uncertainty_stands_for_all_points(self) -> None:
        """The short form of the XML lists."""
        assert facts(only(result(table(quantity(vector("1 2", K, "0.5"))))))[4:] == ("0.5", "K", "2")

    def test_the_largest_standard_uncertainty_counts_when_k_differs(self) -> None:
        """Otherwise U = 2 with k = 4 would hide U = 1.5 with k = 1."""
        assert facts(only(result(table(quantity(vector("1 2", K, "2 1.5", "4 1"))))))[4:] == ("1.5", "K", "1")

    def test_without_some_k_the_largest_uncertainty_counts(self) -> None:
        """k is never assumed; a list of factors of another length says nothing about single points."""
        assert facts(only(result(table(quantity(vector("1 2 3", K, "1 3 2", "2 2"))))))[4:] == ("3", "K", None)
        without = only(result(quantity(real("1", K, "0.1", k=None))))
        assert facts(without)[4:] == ("0.1", "K", None)

    def test_uncertainties_that_do_not_match_their_points_count_at_their_largest(self) -> None:
        """Otherwise a list that is too short would give some point a smaller U than it has."""
        assert facts(only(result(table(quantity(vector("1 2 3", K, "0.1 0.3"))))))[4:] == ("0.3", "K", "2")

    def test_a_k_of_zero_or_less_is_none(self) -> None:
        """No record could hold it."""
        assert facts(only(result(quantity(real("1", K, "0.1", k="0")))))[4:] == ("0.1", "K", None)

    def test_a_negative_uncertainty_is_none(self) -> None:
        """The result stays, and the verdict says that it has no uncertainty."""
        found, _ = read(result(quantity(real("1", K, "-0.1"))))
        assert [each.uncertainty for each in found] == [None]
        mixed = only(result(table(quantity(vector("1 2", K, "-0.1 0.2")))))
        assert facts(mixed)[4] == "0.2"

    @pytest.mark.parametrize(
        ("uncertainty", "expected"),
        [
            (
                univariate(
                    "expandedMU", "<si:valueExpandedMU>0.4</si:valueExpandedMU><si:coverageFactor>2</si:coverageFactor>"
                ),
                "2",
            ),
            (univariate("standardMU", "<si:valueStandardMU>0.4</si:valueStandardMU>"), "1"),
            (
                univariate(
                    "coverageIntervalMU", "<si:valueStandardMU>0.4</si:valueStandardMU><si:intervalMin>0</si:intervalMin>"
                ),
                "1",
            ),
            ("<si:coverageInterval><si:standardUnc>0.4</si:standardUnc></si:coverageInterval>", "1"),
        ],
    )
    def test_both_dialects_of_uncertainty(self, uncertainty: str, expected: str) -> None:
        """D-SI 2.2 renamed everything and kept the old names."""
        found, findings = read(result(quantity(stated("1", K, uncertainty))))
        assert facts(found[0])[4:] == ("0.4", "K", expected)
        assert (Code.STANDARD_UNCERTAINTY in codes(findings)) == (expected == "1")

    def test_the_new_dialect_in_lists(self) -> None:
        """The XML lists have names of their own."""
        content = "<si:valueExpandedMUXMLList>0.1 0.2</si:valueExpandedMUXMLList>"
        content += "<si:coverageFactorXMLList>3</si:coverageFactorXMLList>"
        value = vector("1 2", K).replace(
            "</si:unitXMLList>", "</si:unitXMLList>" + univariate("expandedMU", content, is_list=True)
        )
        assert facts(only(result(table(quantity(value)))))[4:] == ("0.2", "K", "3")

    def test_an_interval_without_a_standard_uncertainty_is_no_uncertainty(self) -> None:
        """D-SI 1.0 states only its ends; U is not reckoned from them."""
        interval = "<si:coverageInterval><si:intervalMin>0</si:intervalMin></si:coverageInterval>"
        assert facts(only(result(quantity(stated("1", K, interval)))))[4] is None

    def test_lists_of_reals_share_unit_and_uncertainty(self) -> None:
        """D-SI 1.x: one unit for the list; a member may state its own uncertainty."""
        shared = (
            "<si:listUnivariateUnc><si:expandedUnc><si:uncertainty>0.2</si:uncertainty><si:coverageFactor>2</si:coverageFactor>"
        )
        shared += "</si:expandedUnc></si:listUnivariateUnc>"
        bare = "<si:real><si:value>{}</si:value></si:real>"
        own = real("5", K, "0.3").replace(f"<si:unit>{K}</si:unit>", "")
        value = f"<si:list><si:realList><si:listUnit>{K}</si:listUnit>{shared}{bare.format(1)}{own}</si:realList></si:list>"
        assert facts(only(result(quantity(value)))) == ("temperature", "K", "1", "5", "0.3", "K", "2")

    def test_the_first_unit_of_a_hybrid_counts(self) -> None:
        """A hybrid says one thing in several units; the second must not become a second result."""
        celsius = vector("-263.15", r"\degreecelsius")
        found = only(result(quantity(f"<si:hybrid>{vector('10', K, '0.1')}{celsius}</si:hybrid>")))
        assert facts(found) == ("temperature", "K", "10", "10", "0.1", "K", "2")

    def test_negative_zero_is_zero(self) -> None:
        """A rounded -0.00 would otherwise be printed in every range."""
        assert facts(only(result(quantity(vector("-0.00 1", K, "0.1")))))[2] == "0.00"

    def test_numbers_are_exact(self) -> None:
        """No float touches a result."""
        found = only(result(quantity(real("0.1000000000000000055511151231257827", K, "3.90E-05"))))
        assert found.low == Decimal("0.1000000000000000055511151231257827")
        assert facts(found)[4] == "0.0000390"

    @pytest.mark.parametrize("text", ["NaN", "INF", "1e500", "1" * 120, "one", "1,5", "0x10"])
    def test_what_is_no_number_is_left_out_with_a_remark(self, text: str) -> None:
        """Otherwise one bad value would stop the file, or stand in a record as something else."""
        found, findings = read(result(table(quantity(vector(f"1 {text} 3", K, "0.1 0.2 0.3")))))
        assert facts(found[0])[2:5] == ("1", "3", "0.3")
        assert codes(findings) == [Code.UNREADABLE_NUMBER]

    def test_a_value_that_is_no_number_gives_no_result(self) -> None:
        """Nothing is left of it."""
        found, findings = read(result(quantity(real("NaN", K, "0.1"))))
        assert found == ()
        assert Code.UNREADABLE_NUMBER in codes(findings)

    def test_lists_that_are_too_long_are_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Otherwise a file could hold more numbers than memory."""
        monkeypatch.setattr(dsi, "MAX_LIST_LENGTH", 5)
        found, findings = read(result(quantity(vector("1 2 3 4", K, "0.1"))))
        assert found == ()
        assert codes(findings) == [Code.TOO_MANY_POINTS]

    @pytest.mark.parametrize("form", ["complex", "complexListXMLList"])
    def test_complex_values_are_remarked(self, form: str) -> None:
        """They are seen, and not silently dropped."""
        found, findings = read(result(quantity(f"<si:{form}/>")))
        assert found == ()
        assert codes(findings) == [Code.QUANTITY_NOT_READ]

    def test_quantities_without_numbers_are_no_results(self) -> None:
        """Text, and empty values."""
        assert read(result(quantity("<dcc:noQuantity><dcc:content>good</dcc:content></dcc:noQuantity>"))) == ((), ())
        assert read(result(quantity("<si:hybrid/>"))) == ((), ())
        assert read(result(quantity("<si:real/>"))) == ((), ())

    def test_a_relative_uncertainty_apart_is_remarked(self) -> None:
        """It is not taken for U: the file does not say with which k."""
        more = f"<dcc:relativeUncertainty><dcc:relativeUncertaintySingle>{real('0.1', chr(92) + 'percent')}"
        more += "</dcc:relativeUncertaintySingle></dcc:relativeUncertainty>"
        found, findings = read(result(quantity(real("1", K), more=more)))
        assert found[0].uncertainty is None
        assert Code.RELATIVE_UNCERTAINTY_NOT_READ in codes(findings)


class TestUnits:
    def test_units_per_point_may_repeat_and_not_mix(self) -> None:
        """Minimum and maximum over metres and millimetres would be nonsense."""
        assert facts(only(result(quantity(vector("1 2", f"{K} {K}", "0.1")))))[1] == "K"
        found, findings = read(result(quantity(vector("1 2", r"\metre \milli\metre", "0.1"))))
        assert found == ()
        assert codes(findings) == [Code.MIXED_UNITS]

    def test_an_unknown_unit_is_kept_and_not_guessed(self) -> None:
        """The result stays in the document with its own text, and never in a record."""
        found, findings = read(result(quantity(real("1", r"\smoot", "0.1"), "Bridge")))
        assert (found[0].raw_unit, found[0].unit, found[0].quantity) == (r"\smoot", None, "Bridge")
        assert codes(findings) == [Code.UNKNOWN_UNIT]
        assert findings[0].line is not None

    def test_a_plain_spelling_is_read_with_a_remark(self) -> None:
        """Percent signs are common."""
        found, findings = read(result(quantity(real("1", "kN", "0.1"))))
        assert found[0].unit == "kN"
        assert codes(findings) == [Code.PLAIN_UNIT]

    def test_no_unit_is_no_unit(self) -> None:
        """A bare number could be anything."""
        found, findings = read(result(quantity("<si:real><si:value>1</si:value></si:real>")))
        assert (found[0].raw_unit, found[0].unit) == ("", None)
        assert codes(findings) == [Code.UNKNOWN_UNIT]


class TestSelection:
    def test_lists_without_uncertainty_support_those_with_one(self) -> None:
        """Series of readings and uncertainty budgets are no results."""
        budget = result(table(quantity(real("0.0004", r"\percent"), "Spread")))
        found, findings = read(result(quantity(real("1", K, "0.1"))), budget)
        assert len(found) == 1
        assert codes(findings) == [Code.VALUES_WITHOUT_UNCERTAINTY]

    def test_without_any_uncertainty_each_kind_is_a_result_without_one(self) -> None:
        """So that the verdict can say NO_UNCERTAINTY instead of never hearing of the values."""
        columns = (
            quantity(vector("0 100", r"\degreeCelsius"), "Nominal Input"),
            quantity(vector("0.1 99.9", r"\degreeCelsius"), "Actual Input"),
            quantity(vector("4 20", r"\milli\ampere"), "Nominal Output"),
            quantity(vector("0.02 -0.05", r"\percent"), "Found Error [% of span]"),
            quantity(vector("1 1", r"\one"), "Status"),
        )
        found, findings = read(result(table(*columns)))
        assert [facts(each) for each in found] == [
            ("temperature", "degC", "0.1", "99.9", None, None, None),
            ("current", "mA", "4", "20", None, None, None),
        ]
        assert findings == ()

    def test_an_error_takes_the_points_of_the_reference(self) -> None:
        """Its own values are no measuring points: -0.08 K to 0.11 K was never a range."""
        columns = (
            quantity(vector("306.2 593.1", K), "Reference", "basic_referenceValue"),
            quantity(vector("306.3 593.0", K), "Indicated", "basic_measuredValue"),
            quantity(vector("0.11 -0.08", K, "0.06"), "Error", "basic_measurementError"),
        )
        assert facts(only(result(table(*columns)))) == ("temperature", "K", "306.2", "593.1", "0.06", "K", "2")

    def test_without_a_reference_it_takes_the_measured_then_the_nominal_points(self) -> None:
        """Words of names decide where there is no term."""
        error = quantity(real("0.1", K, "0.06"), "Messabweichung")
        measured = quantity(vector("10 20", r"\degreecelsius"), "Anzeige")
        nominal = quantity(vector("1 2", K), "Nennwert")
        assert facts(only(result(table(nominal, measured, error))))[:4] == ("temperature", "degC", "10", "20")
        assert facts(only(result(table(nominal, error))))[:4] == ("temperature", "K", "1", "2")

    def test_an_error_without_points_has_no_range(self) -> None:
        """An open range would cover every use."""
        found, findings = read(result(quantity(real("0.12", r"\percent", "0.05"), "Error at Imax", "basic_measurementError")))
        assert facts(found[0])[:4] == ("Result", "%", None, None)
        assert codes(findings) == [Code.RESULT_WITHOUT_RANGE]
        unknown, _ = read(result(quantity(real("0.12", r"\smoot", "0.05"), "Error")))
        assert unknown[0].low is None

    def test_a_relative_error_is_relative_to_the_reference(self) -> None:
        """U in % beside a range in another unit is relative to the measured value, as the format has it."""
        reference = quantity(vector("1 100", r"\kilo\watt\hour"), "Reference value")
        percent = quantity(vector("0.1 0.2", r"\percent", "0.02 0.03"), "Error")
        assert facts(only(result(table(reference, percent)))) == ("energy", "kW*h", "1", "100", "0.03", "%", "2")
        parts = quantity(vector("10 20", r"\ppm", "20 30"), "Error")
        assert facts(only(result(table(reference, parts))))[4:6] == ("0.0030", "%")

    def test_an_error_of_span_is_not_relative_to_the_value(self) -> None:
        """0.1 % of span is far more than 0.1 % of a small value."""
        reference = quantity(vector("1 100", r"\kilo\pascal"), "Reference value")
        error = quantity(vector("0.1 0.2", r"\percent", "0.02 0.03"), "Error, % of span")
        found, findings = read(result(table(reference, error)))
        assert found[0].low is None
        assert codes(findings) == [Code.RESULT_WITHOUT_RANGE]

    def test_a_relative_error_beside_references_of_several_kinds_has_no_range(self) -> None:
        """Which of them it is relative to, the file does not say."""
        columns = (
            quantity(real("1", r"\volt"), "Reference voltage"),
            quantity(real("1", r"\ampere"), "Reference current"),
            quantity(real("0.1", r"\percent", "0.02"), "Error"),
        )
        assert read(result(table(*columns)))[0][0].low is None

    def test_proportions_are_recorded_in_the_unit_of_their_range(self) -> None:
        """U = 0.6 % beside a range in 1 would be taken as relative; 0.006 is not."""
        columns = (quantity(vector("0.2 0.9", r"\one"), "Reference"), quantity(vector("-0.4", r"\percent", "0.6"), "Error"))
        assert facts(only(result(table(*columns)))) == ("Result", "1", "0.2", "0.9", "0.006", "1", "2")
        tiny = (columns[0], quantity(vector("0", r"\ppm", "1e-95"), "Error"))
        assert facts(only(result(table(*tiny))))[4] is None

    def test_an_angle_is_no_proportion(self) -> None:
        """A phase error in degrees beside a current is no relative error of the current."""
        columns = (quantity(vector("1 5", r"\ampere"), "Reference"), quantity(vector("0.1", r"\degree", "0.2"), "Phase error"))
        assert read(result(table(*columns)))[0][0].low is None

    def test_the_uncertainty_of_the_item_goes_before_that_of_the_reference(self) -> None:
        """Otherwise the standard's smaller U would be taken for the item's."""
        columns = (quantity(real("10", K, "0.001"), "Reference"), quantity(real("10.1", K, "0.1"), "Indicated"))
        assert facts(only(result(table(*columns))))[4] == "0.1"
        alone = (quantity(real("10", K, "0.001"), "Reference"), quantity(real("1", r"\volt", "0.1"), "Indicated"))
        assert [each.unit for each in read(result(table(*alone)))[0]] == ["K", "V"]
        unknown = (quantity(real("10", r"\smoot", "0.001"), "Reference"), quantity(real("1", r"\smoot", "0.1"), "Indicated"))
        assert len(read(result(table(*unknown)))[0]) == 1

    def test_limits_are_no_results(self) -> None:
        """Tolerances and flags are not measured."""
        found, _ = read(result(table(quantity(real("1", K, "0.1")), quantity(real("2", K, "0.1"), "Upper limit"))))
        assert len(found) == 1

    def test_nested_lists_are_tables_of_their_own(self) -> None:
        """Points of one table are no points of another."""
        inner = table(quantity(real("0.1", K, "0.01"), "Error"))
        outer = table(quantity(real("10", K), "Reference"), inner, name="Outer")
        assert read(result(outer))[0][0].low is None

    def test_too_many_results_are_cut_with_a_remark(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A verdict looks at every result; and silence about the rest would be a lie."""
        monkeypatch.setattr(results, "MAX_RESULTS", 2)
        found, findings = read(*(result(quantity(real(str(value), K, "0.1"))) for value in range(3)))
        assert len(found) == 2
        assert codes(findings) == [Code.TOO_MANY_RESULTS]
        monkeypatch.setattr(tables, "MAX_QUANTITIES", 1)
        found, findings = read(*(result(quantity(real(str(value), K, "0.1"))) for value in range(3)))
        assert len(found) == 1
        assert codes(findings) == [Code.TOO_MANY_RESULTS]


class TestNames:
    def test_the_unit_names_the_kind(self) -> None:
        """One name for all certificates of a kind, whatever their language."""
        assert only(result(quantity(real("1", r"\volt", "0.1"), "Angezeigter Messwert"))).quantity == "voltage"

    def test_else_the_terms_of_the_vocabulary_do(self) -> None:
        """The term of the quantity before that of the result; terms that only tell a role say nothing."""
        one = quantity(real("0.5", r"\one", "0.1"), "Value", "basic_measuredValue flow_coefficient")
        assert only(result(one, ref_type="gp_humidity")).quantity == "flow_coefficient"
        two = quantity(real("0.5", r"\one", "0.1"), "Value", "basic_measuredValue")
        assert only(result(two, ref_type="gp_measuringResult1 gp_humidity")).quantity == "gp_humidity"

    def test_else_the_certificate_does(self) -> None:
        """The name of the quantity, or of the result where the quantity is only an error."""
        assert only(result(quantity(real("0.5", r"\one", "0.1"), "Emissivity"), name="Table 1")).quantity == "Emissivity"
        columns = (quantity(real("0.5", r"\one"), "Reference"), quantity(real("0.1", r"\one", "0.1"), "Error"))
        assert only(result(table(*columns), name="Emissivity")).quantity == "Emissivity"

    def test_something_without_any_name_is_unnamed(self) -> None:
        """A record needs a word."""
        bare = (
            f"<dcc:result><dcc:data><dcc:quantity>{real('0.5', chr(92) + 'one', '0.1')}</dcc:quantity></dcc:data></dcc:result>"
        )
        assert only(bare).quantity == "unnamed"

    def test_long_names_are_cut(self) -> None:
        """A record's word has at most 255 characters."""
        assert len(only(result(quantity(real("0.5", r"\one", "0.1"), "N" * 400))).quantity) == 255
