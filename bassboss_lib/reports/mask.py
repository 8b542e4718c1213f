"""Mask subscribers' numbers in text that may have come from data.

Error lines, tracebacks and streams of a notebook can quote what a library happened to hold. What looks like
a mobile number or an identity, equipment or subscriber number is masked before such text is kept or shown.
"""

import re

__all__ = ["mask"]

# 15 digits: IMSI, IMEI and old identity numbers; 17 digits and a check digit: identity numbers.
_LONG = re.compile(r"(?<!\d)(\d{3})(?:\d{12}|\d{14}[\dXx])(?!\d)")
_MOBILE = re.compile(r"(?<!\d)((?:\+?86[- ]?)?1[3-9]\d)\d{4}(\d{4})(?!\d)")


def mask(text: str) -> str:
    """Give ``text`` with numbers of people and equipment masked.

    Examples
    --------
    >>> mask("call 13812345678, id 110105194912310021")
    'call 138****5678, id 110***'
    """
    return _MOBILE.sub(r"\1****\2", _LONG.sub(r"\1***", text))
