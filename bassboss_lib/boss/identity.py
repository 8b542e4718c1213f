"""Names and numbers: what identifies a customer, made from the serial without a table.

Numbers lie in ranges that no operator has (12x); a multiplication scatters them so that neighbours in the state are not
neighbours in number. Some customer ids begin with zeros and some names hold hanzi outside GBK, as real files do.
"""

import numpy as np

__all__ = ["customer_ids", "foreign_numbers", "msisdns", "names"]

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红健波辉宁晨雨欣子涵梓轩浩然思宇佳琪文博嘉怡志国建春梅"
RARE = "㛃㐂㙓䶮䲜𠮷𤭢𬭚𬀩𪨶"
"""Hanzi beyond GBK: two of three bytes more in GB18030."""


def customer_ids(serial: np.ndarray) -> np.ndarray:
    """Give customer ids: twelve digits, one in ten with leading zeros, each serial its own.

    Examples
    --------
    >>> customer_ids(np.array([1, 2, 3])).tolist()
    ['038461538461', '076923076922', '115384615383']
    """
    return np.array([f"{key:012d}" for key in serial * 38_461_538_461 % 999_999_999_989], dtype="U12")


def msisdns(serial: np.ndarray) -> np.ndarray:
    """Give the numbers of our customers as integers of eleven digits, each serial its own."""
    return 12_000_000_000 + serial * 61_803_399 % 99_999_989


def foreign_numbers(key: np.ndarray) -> np.ndarray:
    """Give numbers of other operators' customers as integers of eleven digits."""
    return 12_100_000_000 + key * 14_142_135_623 % 199_999_991


def names(code: np.ndarray) -> list[str]:
    """Give names of two or three hanzi, one in two hundred with a rare one."""
    return [_name(value) for value in code.tolist()]


def _name(value: int) -> str:
    surname, rest = SURNAMES[value % len(SURNAMES)], value // len(SURNAMES)
    first, rest = GIVEN[rest % len(GIVEN)], rest // len(GIVEN)
    second, rest = GIVEN[rest % len(GIVEN)], rest // len(GIVEN)
    kind = rest % 200
    if kind == 0:
        return surname + RARE[rest // 200 % len(RARE)]
    return surname + first if kind < 50 else surname + first + second
