"""The two-digit codes with which a file is accepted or refused, and the refusal that carries one.

00-24 speak of a data file, 86-99 of a verification file; 25-85 are unused. The texts are those of the provincial
interface convention.
"""

from bassboss_lib.errors import BassbossError, InputRefused

__all__ = ["FILE_CODES", "FileRefused", "code_of"]

FILE_CODES: dict[str, dict[str, str]] = {
    "00": {"zh": "成功", "en": "success"},
    "01": {"zh": "文件名不合规则", "en": "file name breaks the rules"},
    "02": {"zh": "校验文件列出的数据文件不存在", "en": "data file named in the verification file is missing"},
    "03": {"zh": "数据文件无法打开", "en": "data file cannot be opened or decoded"},
    "04": {"zh": "文件大小不等于记录数乘以记录长度", "en": "size is not records times record length"},
    "05": {"zh": "文件大小与校验文件不符", "en": "size differs from the verification file"},
    "06": {"zh": "记录数与校验文件不符", "en": "record count differs from the verification file"},
    "07": {"zh": "数据日期与校验文件不符", "en": "data date differs from the verification file"},
    "08": {"zh": "数据日期非法", "en": "data date is not a date"},
    "09": {"zh": "省代码错误", "en": "wrong province code"},
    "10": {"zh": "抽取方式与周期不符合规范", "en": "mode and cycle do not fit the unit"},
    "11": {"zh": "行结束符错误", "en": "wrong line end"},
    "12": {"zh": "文件超过 2,000,000,000 字节", "en": "file above 2,000,000,000 bytes"},
    "13": {"zh": "同名文件已通过（重复上传）", "en": "a file of this name was accepted before"},
    "14": {"zh": "数据日期不是期待日期", "en": "data date is not the expected one"},
    "15": {"zh": "初始文件为空", "en": "initial file is empty"},
    "16": {"zh": "校验文件记录格式错误", "en": "format of a verification record"},
    "17": {"zh": "校验文件内数据文件名重复", "en": "data file named twice in the verification file"},
    "18": {"zh": "行长度与单元规定不符", "en": "record length differs from the unit's"},
    "19": {"zh": "修正数据日期超前", "en": "correction dated too late"},
    "20": {"zh": "修正数据不能跨月", "en": "correction across months"},
    "21": {"zh": "重复初始抽取", "en": "initial extraction repeated"},
    "22": {"zh": "该单元不允许为空", "en": "the unit may not be empty"},
    "23": {"zh": "重传序号与校验文件不符", "en": "resend number differs from the verification file"},
    "24": {"zh": "数据日期超前", "en": "data date lies in the future"},
    "86": {"zh": "校验文件日期超前", "en": "verification file dated in the future"},
    "87": {"zh": "校验文件重复初始", "en": "initial verification file repeated"},
    "88": {"zh": "未初始先正常", "en": "regular before the initial extraction"},
    "89": {"zh": "单元禁止修正", "en": "the unit takes no corrections"},
    "90": {"zh": "校验文件修正跨月", "en": "correction across months"},
    "91": {"zh": "校验文件修正日期超前", "en": "correction dated too late"},
    "92": {"zh": "校验文件日期不是期待日期", "en": "verification file's date is not the expected one"},
    "93": {"zh": "同名校验文件重复上传", "en": "verification file sent twice"},
    "94": {"zh": "校验文件抽取方式与周期非法", "en": "mode and cycle of the verification file"},
    "95": {"zh": "校验文件结束符非法", "en": "line end of the verification file"},
    "96": {"zh": "校验文件省代码错误", "en": "wrong province code of the verification file"},
    "97": {"zh": "校验文件日期非法", "en": "date of the verification file"},
    "98": {"zh": "校验文件记录长度不是 104", "en": "verification record is not 104 bytes"},
    "99": {"zh": "校验文件无法打开", "en": "verification file cannot be opened"},
}

SENT_AGAIN = "have it sent again, then run `bassboss ingest`"


class FileRefused(InputRefused):
    """A file is refused, with the two-digit code that its receipt carries.

    Examples
    --------
    >>> print(FileRefused("06", "3 records, 2 found", fault="I06", where="a.dat", remedy="send it again"))
    I06: 3 records, 2 found (code 06) | where: a.dat | kept: its files, nothing of them loaded | next: send it again
    """

    def __init__(self, code: str, what: str, *, fault: str = "", where: str = "", remedy: str = SENT_AGAIN) -> None:
        self.code, self.plain = code, what
        kept = "its files, nothing of them loaded"
        super().__init__(f"{what} (code {code})", fault=fault, where=where, kept=kept, remedy=remedy)

    def __reduce__(self) -> tuple:
        """Let the refusal cross a process boundary with its code."""
        return _rebuild, (self.code, self.plain, self.fault, self.where, self.remedy)


def code_of(error: BassbossError) -> str:
    """Give the code that a receipt carries for an error; a refusal without one of its own concerns the name."""
    return error.code if isinstance(error, FileRefused) else "01"


def _rebuild(code: str, what: str, fault: str, where: str, remedy: str) -> FileRefused:
    return FileRefused(code, what, fault=fault, where=where, remedy=remedy)
