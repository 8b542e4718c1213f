"""Where the columns of compiled plans, and of the state of a row being rated, are; and what their numbers mean."""

__all__ = [
    "AFTER", "ATOM", "BEYOND", "BLOCK", "BLOCK_CAP", "CAP", "CAPPED", "CAP_AMOUNT", "CAP_DAY", "CAP_MONTH",
    "CHARGED", "CONNECT", "COST", "DAY", "DOWN", "END", "EXTRA", "FIRST", "FIRST_POOL", "FIRST_RATE", "HALF_UP",
    "MODE", "MODES", "MOST", "NO_LIMIT", "OF_PERCENT", "ON_CALL", "ON_MONTH", "PARTS", "PER", "PERCENT",
    "PER_BILL", "PER_CALL", "POLICIED", "POLICY", "POOLS", "POOL_UNITS", "POSITION", "PRICE", "RATES", "RAW",
    "ROLLOVER", "ROUND_PER", "ROUND_TO", "SHARED", "SIZE", "SPLIT", "START", "STEPPED", "STEPS", "TIER_AFTER",
    "TIER_FIRST", "TIER_PRICE", "TO", "TODAY", "UP", "VOLUME", "ZERO_COSTS",
]  # fmt: skip

MODES = {"half_up": 0, "half_even": 1, "up": 2, "down": 3}
PER = {"call": 0, "line": 1, "bill": 2}
STEPS = {"none": 0, "call": 1, "month": 2, "month_overage": 3}
CAP = {"none": 0, "day": 1, "month": 2}
POLICY = {"graduated": 0, "volume": 1}
NO_LIMIT = 2**63 - 1
(
    FIRST,
    AFTER,
    PRICE,
    CONNECT,
    MOST,
    PERCENT,
    OF_PERCENT,
    EXTRA,
    CAPPED,
    CAP_AMOUNT,
    STEPPED,
    POLICIED,
    START,
    END,
    PARTS,
) = range(15)
TO, TIER_PRICE, TIER_FIRST, TIER_AFTER, BLOCK, BLOCK_CAP = range(6)
POOL_UNITS, SHARED, ROLLOVER = range(3)
FIRST_RATE, RATES, FIRST_POOL, POOLS = range(4)
SPLIT, RAW, ZERO_COSTS, ROUND_PER, MODE, ROUND_TO = range(6)
COST, POSITION, CHARGED, DAY, TODAY = range(5)
ATOM, SIZE, BEYOND = range(3)
ON_CALL, ON_MONTH, VOLUME = STEPS["call"], STEPS["month"], POLICY["volume"]
PER_CALL, PER_BILL = PER["call"], PER["bill"]
CAP_DAY, CAP_MONTH = CAP["day"], CAP["month"]
HALF_UP, UP, DOWN = MODES["half_up"], MODES["up"], MODES["down"]
