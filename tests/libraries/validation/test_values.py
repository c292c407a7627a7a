"""Single values: accepted forms, normalisation, and messages in both languages."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from app.accounts.organisations.credit_code import (
    ALPHABET,
    REGISTRIES,
    Uscc,
    check_uscc,
    is_uscc,
    matches_registry_code,
    registry_name,
)
from app.libraries.validation.values.codes import (
    FieldCodes,
    IndustryCodes,
    RegionCode,
    TransferModes,
    Trl,
)
from app.libraries.validation.values.contacts import (
    Email,
    Phone,
    check_mobile,
    check_phone,
)
from app.libraries.validation.values.dates import Day, check_deadline
from app.libraries.validation.values.money import MAX_WAN, Percent, Wan, check_wan_range
from app.libraries.validation.values.patents import (
    check_ip_number,
    patent_check_digit,
    read_ip_number,
)
from app.libraries.validation.values.text import Keywords, TextRule, Title, clean_block, clean_line

TODAY = date(2026, 11, 23)
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def accept(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


def refuse(kind: Any, value: object, code: str) -> dict[str, Any]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    error = caught.value.errors()[0]
    assert error["type"] == code
    assert error["ctx"]["zh"]
    assert error["msg"] == error["ctx"]["en"]
    return dict(error["ctx"])


# --- text


@pytest.mark.parametrize(
    "char",
    [
        "\x00",
        "\x07",
        "\x1b",
        "\x7f",
        "\u200b",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\u00ad",
        "\U000e0041",
        "\ufffe",
    ],
)
def test_hidden_characters_are_refused_with_their_code_point(char: str) -> None:
    context = refuse(Annotated[str, TextRule(1, 50)], f"铸件{char}打磨", "text_hidden_character")
    assert context["character"] == f"U+{ord(char):04X}"


def test_a_lone_surrogate_is_refused_in_both_languages() -> None:
    refuse(Annotated[str, TextRule(1, 50)], "铸件\ud800", "text_surrogate")


@given(st.text(max_size=80))
def test_cleaning_is_idempotent_or_refuses(text: str) -> None:
    for clean in (clean_line, clean_block):
        try:
            once = clean(text)
        except PydanticCustomError:
            continue
        assert clean(once) == once
        assert once == once.strip()
        assert "\n" not in once or clean is clean_block


def test_lines_are_joined_and_blocks_kept() -> None:
    assert clean_line("  泵体\r\n铸件\t打磨 ") == "泵体 铸件 打磨"
    assert clean_block("一\r\n\r\n\r\n\r\n二\t三  \n") == "一\n\n二 三"


def test_length_counts_characters_after_cleaning() -> None:
    kind = Annotated[str, TextRule(2, 4)]
    assert accept(kind, "  高效 ") == "高效"
    refuse(kind, "高", "text_too_short")
    refuse(kind, "高效节能型", "text_too_long")
    refuse(kind, "   ", "text_missing")
    assert TypeAdapter(kind).json_schema() == {"type": "string", "minLength": 2, "maxLength": 4}


def test_titles_must_say_something() -> None:
    assert accept(Title, "泵体铸件自动打磨技术") == "泵体铸件自动打磨技术"
    for empty in ("测试测试", "某某某某", "1234567", "啊啊啊啊啊", "test 1234"):
        refuse(Title, empty, "title_says_nothing")


def test_keywords_are_unique_and_few() -> None:
    assert accept(Keywords, [" 打磨 ", "打磨", "ＡＩ", "ai"]) == ["打磨", "ＡＩ"]
    refuse(Keywords, [], "keywords_missing")
    refuse(Keywords, [str(number) for number in range(11)], "keywords_too_many")
    refuse(Keywords, ["长" * 21], "text_too_long")
    with pytest.raises(ValidationError):
        accept(Keywords, ["打磨", 3])


# --- codes


def test_codes_resolve_labels_and_name_the_nearest() -> None:
    assert accept(FieldCodes, ["新材料", "40", "401"]) == ["40", "401"]
    assert accept(IndustryCodes, ["34"]) == ["C34"]
    assert accept(RegionCode, "历下区") == "370102"
    assert accept(TransferModes, ["技术转让", "licence"]) == ["assignment", "licence"]
    context = refuse(FieldCodes, ["金属材"], "unknown_code")
    assert "401" in context["suggestions"]
    assert "金属材料" in context["zh"]
    refuse(FieldCodes, [], "too_few_codes")
    refuse(FieldCodes, ["401", "402", "403", "404"], "too_many_codes")
    refuse(RegionCode, "371200", "unknown_code")


def test_a_pasted_text_does_not_flood_the_message() -> None:
    assert len(refuse(RegionCode, "济" * 5000, "unknown_code")["zh"]) < 300


def test_trl() -> None:
    assert [accept(Trl, value) for value in (7, "7", "TRL 7", "trl-7", "7级")] == [7] * 5
    for wrong in (0, 10, -1, "TRL 12", "高", True, 7.5, 12.0):
        refuse(Trl, wrong, "trl_range")
    for other in (None, [7]):
        with pytest.raises(ValidationError):
            accept(Trl, other)


# --- money and dates


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("120", "120.00"),
        (12.1, "12.10"),
        ("1,200 万元", "1200.00"),
        (Decimal("0.01"), "0.01"),
        ("1.2亿", "12000.00"),
        ("120W", "120.00"),
        ("１２０ｗ", "120.00"),
        ("一百二十万", "120.00"),
        ("一百二十", "120.00"),
        ("￥120万", "120.00"),
        ("¥ 1,200,000元", "120.00"),
        ("120 万元整", "120.00"),
        ("人民币壹佰贰拾万圆整", "120.00"),
        ("1亿2000万元", "12000.00"),
        ("一点二亿", "12000.00"),
        ("3千万", "3000.00"),
        ("5千元", "0.50"),
        ("1万2000元", "1.20"),
    ],
)
def test_amounts_are_exact(value: object, amount: str) -> None:
    assert str(accept(Wan, value)) == amount


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("0", "money_not_positive"),
        (-5, "money_not_positive"),
        ("1000000.01", "money_too_large"),
        (1e30, "money_too_large"),
        ("12,5", "money_format"),
        ("1_000", "money_format"),
        ("0.001", "money_places"),
        ("面议", "money_format"),
        ("100-120万", "money_format"),
        ("约120万", "money_format"),
        ("八九万", "money_format"),
        ("120k", "money_format"),
        ("$120", "money_format"),
        ("2000万1亿", "money_format"),
        ("1亿2", "money_format"),
        ("120元", "money_places"),
        ("￥300000", "money_unit"),
        ("RMB 300000", "money_unit"),
        ("人民币三十", "money_unit"),
        ("30 CNY", "money_unit"),
        ("200亿", "money_too_large"),
        ("NaN", "money_format"),
        (float("inf"), "money_format"),
        (True, "money_format"),
    ],
)
def test_amounts_that_are_none(value: object, code: str) -> None:
    refuse(Wan, value, code)


@given(st.decimals(min_value="0.01", max_value=MAX_WAN, places=2))
def test_every_amount_in_range_survives(amount: Decimal) -> None:
    assert accept(Wan, str(amount)) == amount
    assert accept(Wan, f"{amount}万元") == accept(Wan, f"￥{amount}W") == amount
    assert accept(Wan, f"{amount * 10_000:.0f}元") == accept(Wan, f"{amount / 10_000}亿") == amount


def test_percentages() -> None:
    read = {60: "60.00", "60%": "60.00", "33.33 ％": "33.33", "0.6%": "0.60", 1: "1.00", 100: "100.00"}
    read |= {"六成": "60.00", "七成五": "75.00", "6成": "60.00", "6.5成": "65.00", "三成半": "35.00"}
    read |= {"五折": "50.00", "八五折": "85.00", "8.5折": "85.00", "打八折": "80.00", "85折": "85.00"}
    read |= {"百分之六十": "60.00", "百分之零点六": "0.60", "一半": "50.00"}
    assert {value: str(accept(Percent, value)) for value in read} == read
    for unclear in (0.6, "0.60", ".5"):
        assert "%" in refuse(Percent, unclear, "percent_or_fraction")["zh"]
    for wrong in (0, -1, "100.01", "33.333", "六", "成", "对折折", "六成人", True):
        refuse(Percent, wrong, "percent")


def test_ranges_of_amounts() -> None:
    check_wan_range(None, None)
    check_wan_range(Decimal(1), Decimal(1))
    check_wan_range(Decimal(5), None)
    with pytest.raises(PydanticCustomError):
        check_wan_range(Decimal(2), Decimal(1))


def test_dates_and_deadlines() -> None:
    for text in ("2027-06-30", "2027/6/30", "2027年6月30日", "２０２７－０６－３０", date(2027, 6, 30)):
        assert accept(Day, text) == date(2027, 6, 30)
    refuse(Day, "2027-02-30", "date_format")
    refuse(Day, "明年", "date_format")
    assert check_deadline(TODAY, today=TODAY) == TODAY
    for wrong in (date(2026, 11, 22), date(2099, 1, 1)):
        with pytest.raises(PydanticCustomError):
            check_deadline(wrong, today=TODAY)


# --- unified social credit code


def make_uscc(first17: str) -> str:
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first17, WEIGHTS, strict=True))
    return first17 + ALPHABET[(31 - total % 31) % 31]


REGISTRY_AND_TYPE = [registry + kind for registry, (_, _, kinds) in REGISTRIES.items() for kind in kinds]
USCC = st.builds(
    lambda start, region, body: make_uscc(start + region + body),
    st.sampled_from(REGISTRY_AND_TYPE),
    st.sampled_from(["370102", "110108", "310115", "100000"]),
    st.text(alphabet=ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize(
    "code",
    [
        "91110000600037341L",
        "91110108551385082Q",
        "91370102YY000001X4",
        "12370000YY00000362",
        "52370100YY0000044X",
    ],
)
def test_known_codes_pass_with_their_inner_check(code: str) -> None:
    assert accept(Uscc, code) == code
    assert matches_registry_code(code)


@given(USCC)
def test_every_registry_passes_and_one_wrong_character_does_not(code: str) -> None:
    assert check_uscc(f" {code[:4].lower()} {code[4:]}") == code
    assert is_uscc(code)
    wrong = code[:12] + ALPHABET[(ALPHABET.index(code[12]) + 1) % 31] + code[13:]
    assert not is_uscc(wrong)
    refuse(Uscc, wrong, "uscc_check")


def test_what_is_wrong_with_a_code_is_said() -> None:
    refuse(Uscc, "9137", "uscc_length")
    refuse(Uscc, "91370102YI000001X4", "uscc_characters")
    refuse(Uscc, make_uscc("94370102YY000001X"), "uscc_registry")
    refuse(Uscc, make_uscc("00370102YY000001X"), "uscc_registry")
    assert registry_name("N2") == "农业"


# --- telephone and mail


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("13800000001", "13800000001"),
        ("+86 138-0000-0001", "13800000001"),
        ("１３８００００ ０００１", "13800000001"),
        ("0531-88880001", "0531-88880001"),
        ("(0531) 8888 0001", "0531-88880001"),
        ("010-88880001转12", "010-88880001-12"),
        ("+86-531-88880001", "0531-88880001"),
        ("+44 20 7946 0000", "+442079460000"),
        ("0044 20 7946 0000", "+442079460000"),
    ],
)
def test_telephone_numbers_have_one_stored_form(text: str, stored: str) -> None:
    assert accept(Phone, text) == stored
    assert check_phone(stored) == stored


@pytest.mark.parametrize("text", ["", "12800000001", "1380000000", "88880001", "电话", "138000000011"])
def test_what_is_no_telephone_number(text: str) -> None:
    refuse(Phone, text, "phone_format")


def test_a_mobile_number_is_no_landline() -> None:
    refuse(Annotated[str, AfterValidator(check_mobile)], "0531-88880001", "mobile_format")


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_the_country_code_of_a_mobile_number_is_dropped(number: str) -> None:
    assert check_mobile(f"+86 {number}") == number


def test_mail_addresses() -> None:
    assert accept(Email, " Zhang.San@EXAMPLE.com ") == "Zhang.San@example.com"
    assert accept(Email, "a@sanku.test") == "a@sanku.test"
    for wrong in (
        "zhang",
        "zhang@",
        "@example.com",
        "a b@example.com",
        "a@example.com\nbcc: x@y.cn",
        "x" * 100 + "@example.com",
    ):
        refuse(Email, wrong, "email_format")


# --- intellectual property


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("ZL201310699744.2", "ZL201310699744.2", "invention_patent"),
        ("cn 2013 1 0699744 2", "ZL201310699744.2", "invention_patent"),
        ("专利号：ZL201310699744．2", "ZL201310699744.2", "invention_patent"),
        ("97101765.4", "ZL97101765.4", "invention_patent"),
        ("95115608.X", "ZL95115608.X", "invention_patent"),
        ("软著登2021SR0672215", "2021SR0672215", "software_copyright"),
    ],
)
def test_numbers_of_property_are_normalised(text: str, number: str, kind: str) -> None:
    found = check_ip_number(text, today=TODAY)
    assert (found.number, found.ip_type) == (number, kind)
    assert check_ip_number(found.number, ip_type=kind, today=TODAY) == found


@given(st.integers(1985, 2026), st.sampled_from("12389"), st.integers(0, 9_999_999))
def test_a_right_check_digit_passes_and_every_wrong_one_is_named(year: int, kind: str, serial: int) -> None:
    digits = f"{year}{kind}{serial:07d}"
    right = patent_check_digit(digits)
    assert check_ip_number(f"ZL{digits}.{right}", today=TODAY).verified
    wrong = "0" if right != "0" else "1"
    with pytest.raises(PydanticCustomError) as caught:
        check_ip_number(f"ZL{digits}.{wrong}", today=TODAY)
    assert caught.value.type == "patent_check"
    assert not read_ip_number(f"ZL{digits}.{wrong}").verified


@pytest.mark.parametrize(
    ("text", "ip_type", "code"),
    [
        ("ZL20131069974.2", "invention_patent", "patent_format"),
        ("ZL2013", None, "patent_format"),
        ("ZL201310699744.2", "utility_model", "ip_type_mismatch"),
        ("2021SR0672215", "invention_patent", "ip_type_mismatch"),
        ("2099SR0672215", "software_copyright", "ip_year"),
        ("软件一号", "software_copyright", "software_copyright_format"),
        ("ZL202710699744." + patent_check_digit("202710699744"), None, "ip_year"),
    ],
)
def test_what_is_wrong_with_a_number(text: str, ip_type: str | None, code: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        check_ip_number(text, ip_type=ip_type, today=TODAY)
    assert caught.value.type == code
    context = caught.value.context
    assert context is not None
    assert set(context) >= {"zh", "en"}


def test_other_property_keeps_its_own_form() -> None:
    assert check_ip_number("BS.205001234", ip_type="ic_layout", today=TODAY).number == "BS.205001234"
    assert (
        check_ip_number("US 10,123,456 B2", ip_type="invention_patent", today=TODAY).number == "US10123456B2"
    )
    assert (
        check_ip_number("PCT/CN2020/123456", ip_type="invention_patent", today=TODAY).family
        == "foreign_patent"
    )
