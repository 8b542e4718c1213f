import pickle

from bassboss_lib.exchange import FILE_CODES, FileRefused


def test_the_table_has_the_codes_of_the_convention_and_no_other() -> None:
    assert list(FILE_CODES) == [f"{number:02d}" for number in [*range(25), *range(86, 100)]]
    assert all(text["zh"] and text["en"] for text in FILE_CODES.values())


def test_a_refusal_crosses_a_process_with_its_code() -> None:
    error = FileRefused("05", "sizes differ", fault="I03", where="a.dat", remedy="send it again")
    back = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (back.code, back.line(), back.exit_code) == ("05", error.line(), 3)
