"""Mask subscribers' numbers and names in text that may have come from data.

Error lines, tracebacks, warnings, logs and streams of a notebook can quote what a library happened to hold. What looks
like a mobile number, an identity, equipment or subscriber number, or a quoted personal name is masked before such text
is kept or shown. Our own messages never carry a value, so this is the second line of defence.
"""

import logging
import re
import sys
import traceback
import warnings

__all__ = ["mask", "mask_logs", "masked_traceback"]

# 15 digits: IMSI, IMEI and old identity numbers; 17 digits and a check digit: identity numbers.
_LONG = re.compile(r"(?<!\d)(\d{3})(?:\d{12}|\d{14}[\dXx])(?!\d)")
_MOBILE = re.compile(r"(?<!\d)((?:\+?86[- ]?)?1[2-9]\d)\d{4}(\d{4})(?!\d)")
# The hundred most frequent surnames cover nine people in ten; a quoted word of two to four hanzi after one is a name.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NAME = re.compile(rf"""(?<=['"“‘「])([{_SURNAMES}])[\u3400-\u9fff\U00020000-\U0003ffff]{{1,3}}(?=['"”’」])""")


def mask(text: str) -> str:
    """Give ``text`` with numbers of people and equipment, and quoted names of people, masked.

    Examples
    --------
    >>> mask("call 13812345678, id 110105194912310021, KeyError: '张三丰'")
    "call 138****5678, id 110***, KeyError: '张**'"
    """
    return _NAME.sub(r"\1**", _MOBILE.sub(r"\1****\2", _LONG.sub(r"\1***", text)))


def masked_traceback() -> str:
    """Give the traceback of the error under way, masked."""
    return mask(traceback.format_exc())


class _MaskedFormatter(logging.Formatter):
    """Any formatter, what it gives masked: message, arguments and traceback."""

    def __init__(self, plain: logging.Formatter | None) -> None:
        super().__init__()
        self._plain = plain or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """Format a record and mask the result."""
        return mask(self._plain.format(record))


def mask_logs() -> None:
    """Mask what this process logs and warns from now on, whoever logs it."""
    handlers = [*logging.getLogger().handlers, *([logging.lastResort] if logging.lastResort else [])]
    for handler in handlers:
        if not isinstance(handler.formatter, _MaskedFormatter):
            handler.setFormatter(_MaskedFormatter(handler.formatter))
    warnings.showwarning = _show_warning  # type: ignore[assignment]


def _show_warning(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: object) -> None:
    print(mask(warnings.formatwarning(message, category, filename, lineno)), file=sys.stderr)
