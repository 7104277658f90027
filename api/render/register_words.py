"""The words of the registers of pilots and carbon-metering centres."""

from api.language import Bilingual
from registry.registers import RegisterKind, RegisterState

KINDS: dict[RegisterKind, Bilingual] = {
    RegisterKind.ENERGY_PILOT: Bilingual("能源计量试点", "Energy-metering pilot"),
    RegisterKind.CARBON_PILOT: Bilingual("碳计量试点", "Carbon-metering pilot"),
    RegisterKind.CARBON_CENTRE: Bilingual("碳计量中心", "Carbon-metering centre"),
}
STATES: dict[RegisterState, Bilingual] = {
    RegisterState.CULTIVATED: Bilingual("培育", "Cultivated"),
    RegisterState.BUILDING: Bilingual("建设", "Building"),
    RegisterState.APPROVED: Bilingual("批准（验收）", "Approved"),
    RegisterState.ENDED: Bilingual("终止", "Ended"),
}
TAGS: dict[RegisterState, str] = {
    RegisterState.CULTIVATED: "indeterminate",
    RegisterState.BUILDING: "conditional",
    RegisterState.APPROVED: "traceable",
    RegisterState.ENDED: "not_traceable",
}
