"""The units that are known: their dimensions, and how many of the base units each is."""

from __future__ import annotations

import re
from fractions import Fraction

# name -> (powers of base dimensions, how many of the dimension's first unit)
Measured = tuple[dict[str, int], Fraction]
TABLE: dict[str, Measured] = {}


def _define(dimension: str, power: int = 1, **units: str) -> None:
    for size, names in units.items():
        number = Fraction(size.removeprefix("x").replace("_", "/"))
        for name in names.split():
            TABLE[name] = ({dimension: power}, number)


def _derive(dimensions: dict[str, int], size: Fraction | int, names: str) -> None:
    for name in names.split():
        TABLE[name] = (dimensions, Fraction(size))


_define("length", x1="m meter meters metre metres", x1_100="cm centimeter centimeters centimetre centimetres",
        x1_10="dm decimeter decimeters decimetre decimetres",
        x1_1000="mm millimeter millimeters millimetre millimetres",
        x1000="km kilometer kilometers kilometre kilometres",
        x127_5000="in inch inches", x381_1250="ft foot feet", x1143_1250="yd yard yards",
        x201168_125="mi mile miles")  # fmt: skip
_define("time", x1="s sec secs second seconds", x60="min mins minute minutes", x3600="h hr hrs hour hours",
        x86400="day days", x604800="week weeks")  # fmt: skip
_define("months", x1="month months", x12="year years yr yrs")
_define("mass", x1="g gram grams", x1000="kg kilogram kilograms", x1000000="tonne tonnes",
        x1_1000="mg milligram milligrams", x45359237_100000="lb lbs pound pounds",
        x45359237_1600000="oz ounce ounces")  # fmt: skip
_define("length", 3, x1_1000="l L liter liters litre litres", x1_1000000="ml mL milliliter milliliters cc")
_define("length", 2, x10000="hectare hectares ha")
_define("dollars", x1="dollar dollars usd USD", x1_100="cent cents")
_define("euros", x1="euro euros EUR")
_define("yuan", x1="yuan RMB")
_define("yen", x1="yen JPY")
_define("rupees", x1="rupee rupees INR")
_define("sterling", x1="GBP sterling")
_define("angle", x1="degree degrees deg ^{\\circ}", x1_60="arcminutes '", x1_3600="arcseconds ''")
_define("radians", x1="radian radians rad")
_define("celsius", x1="°C celsius Celsius")
_define("fahrenheit", x1="°F fahrenheit Fahrenheit")
_define("before noon", x1="am AM")
_define("after noon", x1="pm PM")
_SPEED = {"length": 1, "time": -1}
_FORCE = {"mass": 1, "length": 1, "time": -2}
_ENERGY = {"mass": 1, "length": 2, "time": -2}
_POWER = {"mass": 1, "length": 2, "time": -3}
# In grams: a newton is 1000 gm/s^2.
_derive(_FORCE, 1000, "N newton newtons")
_derive(_ENERGY, 1000, "J joule joules")
_derive(_ENERGY, Fraction(1602176634, 10**25), "eV electronvolt electronvolts")
_derive(_ENERGY, 3_600_000_000, "kWh")
_derive(_POWER, 1000, "W watt watts")
_derive({"mass": 1, "length": -1, "time": -2}, 1000, "Pa pascal pascals")
_derive({"mass": 1, "length": -1, "time": -2}, 101_325_000, "atm")
_derive({"time": -1}, 1, "Hz hertz")
_derive({"current": 1}, 1, "A amp amps ampere amperes")
_derive({"current": 1, "time": 1}, 1, "C coulomb coulombs")
_derive({**_POWER, "current": -1}, 1000, "V volt volts")
_derive({**_POWER, "current": -2}, 1000, "\\Omega Ω ohm ohms")
_derive({"mass": -1, "length": -2, "time": 4, "current": 2}, Fraction(1, 1000), "F farad farads")
_derive({"mass": 1, "time": -2, "current": -1}, 1000, "T tesla teslas")
_derive({"amount": 1}, 1, "mol mole moles")
_derive({"kelvin": 1}, 1, "K kelvin kelvins")
_derive(_SPEED, TABLE["mile"][1] / 3600, "mph")
_derive(_SPEED, Fraction(1000, 3600), "kph kmh")

# What may stand before these: kJ, mA, microfarads.
_PREFIXES = {
    name: Fraction(10) ** power
    for names, power in (("k kilo", 3), ("M mega", 6), ("G giga", 9), ("c", -2), ("m milli", -3),
                         ("\\mu μ µ micro", -6), ("n nano", -9), ("p", -12))
    for name in names.split()
}  # fmt: skip
_SHORT = frozenset(
    {"m", "g", "s", "N", "J", "eV", "W", "Pa", "Hz", "A", "C", "V", "\\Omega", "Ω", "F", "T", "mol", "L"}
)
_LONG = re.compile(
    r"(?:metre|meter|gram|second|newton|joule|electronvolt|watt|pascal|amp|ampere|coulomb|volt|ohm|farad|tesla|mole|lit[re]{2})s?|hertz"
)


def size_of(name: str) -> Measured | None:
    """The dimensions and size of one unit by its name; None where it is not known."""
    found = TABLE.get(name) or TABLE.get(name.lower() if len(name) > 2 else name)
    if found is not None:
        return found
    for prefix, times in _PREFIXES.items():
        inner = name.removeprefix(prefix).strip()
        if inner != name and (_LONG.fullmatch(inner) if prefix.isalpha() and len(prefix) > 2 else inner in _SHORT):
            return TABLE[inner][0], TABLE[inner][1] * times
    return None
