"""What the seed chains are asked about: items and metering points with the status that each shows under cn-legal/1.

One row per meter or point of the demonstration; the titles say what is the matter with it.
"""

from dataclasses import dataclass

from traceability.verdict import Status


@dataclass(frozen=True, slots=True)
class Target:
    """An item or metering point of the seed chains, what it shows in both languages, and its status under cn-legal/1."""

    id: str
    zh: str
    en: str
    status: Status


_GOOD, _CONDITIONAL, _OPEN, _BAD = Status

TARGETS: tuple[Target, ...] = (
    # The five chains.
    Target(
        "gate-electricity",
        "关口电能：电能表、电流和电压互感器",
        "Gate electricity: meter, current and voltage transformer",
        _GOOD,
    ),
    Target(
        "stack-co2-analyser", "烟气二氧化碳：分析仪与三瓶标准气体", "CO2 in flue gas: analyser and three reference gases", _GOOD
    ),
    Target("gate-gas", "关口天然气：流量、温度、压力", "Gate natural gas: flow, temperature, pressure", _GOOD),
    Target("belt-scale", "入炉煤皮带秤：控制衡器与E1至M1砝码", "Belt scale: control scale and weights from E1 to M1", _GOOD),
    Target("calorimeter", "氧弹热量计：苯甲酸标准物质", "Bomb calorimeter: benzoic acid", _GOOD),
    # Their neighbours: traceable.
    Target("workshop-electricity", "车间电能：更换过电能表", "Workshop electricity: the meter was exchanged", _GOOD),
    # Conditional.
    Target(
        "lighting-meter",
        "照明电能表：证书所列标准的证书已被新证书取代",
        "Lighting meter: names a superseded certificate",
        _CONDITIONAL,
    ),
    Target(
        "kiln-co2-analyser",
        "窑炉二氧化碳分析仪：溯源至境外基准",
        "Kiln CO2 analyser: traced to a foreign standard",
        _CONDITIONAL,
    ),
    Target(
        "trial-co2-analyser",
        "试验二氧化碳分析仪：不确定度小于标准气体",
        "CO2 analyser on trial: U smaller than the gas's",
        _CONDITIONAL,
    ),
    Target("canteen-gas-meter", "食堂燃气表：准用", "Canteen gas meter: limited use", _CONDITIONAL),
    Target(
        "mine-calorimeter",
        "矿区热量计：标准物质证书签发晚于使用",
        "Mine calorimeter: reference certified after use",
        _CONDITIONAL,
    ),
    # Indeterminate.
    Target("compressor-electricity", "空压机电能：两只电能表安装期重叠", "Compressor electricity: two meters at once", _OPEN),
    Target("spare-co2-analyser", "备用二氧化碳分析仪：未定校准间隔", "Spare CO2 analyser: no calibration interval", _OPEN),
    Target(
        "boiler-gas-meter", "锅炉燃气流量计：所用标准后来期间核查不合格", "Boiler gas meter: its standard is suspect", _OPEN
    ),
    Target("bakery-gas-meter", "烘焙间燃气表：所用标准未登记", "Bakery gas meter: its standard is unknown", _OPEN),
    Target("rail-scale", "轨道衡：误差落在待定区", "Rail scale: error in the guard zone", _OPEN),
    Target("coal-feeder", "称重给煤机：未给出包含因子 k", "Coal feeder: uncertainty without k", _OPEN),
    # Not traceable.
    Target("dryer-gas-meter", "烘干机燃气流量计：检定已过期", "Dryer gas meter: verification has lapsed", _BAD),
    Target("canteen-meter", "食堂电能表：检定不合格", "Canteen meter: failed its verification", _BAD),
    Target("charger-meter", "充电桩电能表：封印破损", "Charger meter: seal broken", _BAD),
    Target("substation-electricity", "变电所电能：缺电压互感器", "Substation electricity: no voltage transformer", _BAD),
    Target("former-workshop-meter", "车间旧电能表：已停用", "Former workshop meter: retired", _BAD),
    Target("boiler-co2-analyser", "锅炉二氧化碳分析仪：标准气体被召回", "Boiler CO2 analyser: reference gas recalled", _BAD),
    Target(
        "furnace-co2-analyser", "熔炉二氧化碳分析仪：标准气体启用过久", "Furnace CO2 analyser: gas opened too long ago", _BAD
    ),
    Target("kiln-gas", "窑炉天然气：使用范围超出检定范围", "Kiln natural gas: used outside the verified range", _BAD),
    Target("new-gas-meter", "新到货燃气表：没有证书", "New gas meter: no certificate", _BAD),
    Target("steam-thermometer", "蒸汽温度计：不确定度小于实验室能力", "Steam thermometer: U below the laboratory's CMC", _BAD),
    Target("jacket-thermometer-a", "外筒温度计甲：与另一支互为标准", "Jacket thermometer A: compared in a circle", _BAD),
    Target("spare-truck-scale", "备用汽车衡：证书编号与器具不符", "Spare truck scale: serial numbers differ", _BAD),
    Target("large-truck-scale", "大型汽车衡：超出机构能力范围", "Large truck scale: outside of the issuer's scope", _BAD),
    Target("hopper-scale", "料斗秤：机构的考核证书已过期", "Hopper scale: issuer's competence had run out", _BAD),
    Target("works-calorimeter", "分厂热量计：证书未列所用标准", "Works calorimeter: certificate without references", _BAD),
    Target("reserve-calorimeter", "储备热量计：基准已被废除", "Reserve calorimeter: national standard abolished", _BAD),
)
