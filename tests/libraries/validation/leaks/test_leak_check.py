"""The leak check: text that identifies the owner is found in every field and in disguised forms."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.libraries.validation.leaks.leak_check import (
    Leak,
    LeakKind,
    OwnerNames,
    find_leaks,
    texts_of,
)
from app.libraries.validation.leaks.name_variants import forms_of
from tests.support.paths import SHARED_DATA

JINAN = SHARED_DATA / "jinan"
TEXT_FIELDS = ("title", "summary", "advantages", "applications", "description", "targets", "keywords")

OWNER = OwnerNames(
    "济南泽垚泵阀铸造有限公司",
    aliases=("Zeyaotech Pump Ltd",),
    contact_names=("王明远",),
    phones=("+442079460000",),
)
# No character of these begins, ends or continues a number, an address or a name.
WORDS = st.lists(
    st.sampled_from(
        ["铸件", "打磨", "效率低", "，", "。", "粉尘大", "残余高度", "需要", "办法", "；", "靠人工", "、"]
    ),
    max_size=12,
).map("".join)
NAMES = st.sampled_from([*forms_of(OWNER.name).texts, "济南泽垚泵阀铸造有限公司", "zeyaotech"])
PHONES = st.one_of(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"1[3-9][0-9]([- ])[0-9]{4}\1[0-9]{4}", fullmatch=True),
    st.from_regex(r"0(531|10|21)-[2-8][0-9]{7}", fullmatch=True),
    st.just("+44 20 7946 0000"),
    st.just("一三八零零零零零零零一"),
)
MAILS = st.builds(
    "{}@{}.{}".format,
    st.from_regex(r"[a-z][a-z0-9]{2,8}", fullmatch=True),
    st.from_regex(r"[a-z][a-z0-9]{2,8}", fullmatch=True),
    st.sampled_from(["com", "cn", "com.cn", "edu.cn"]),
)
CODES = st.sampled_from(
    ["91110000600037341L", "91370102YY000001X4", "12370000YY00000362", "91110108551385082Q"]
)
SITES = st.sampled_from(["www.zeyao.com", "https://zeyao.com.cn/about", "zeyao-pump.com.cn"])
CHATS = st.sampled_from(["微信号：zeyao_2020", "加微信zeyao_2020", "QQ：12345678", "公众号：泽阳铸造圈"])


def spread(text: str, filler: str) -> str:
    return filler.join(text)


def full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


DISGUISES = st.sampled_from(
    [
        lambda text: text,
        full_width,
        lambda text: spread(text, " "),
        lambda text: spread(text, "\u3000"),
        lambda text: spread(text, "\u200b"),
        str.upper,
    ]
)


def found(text: str, kind: LeakKind) -> list[Leak]:
    return [leak for leak in find_leaks({"main_problem": text}, OWNER) if leak.kind is kind]


def hidden_in(before: str, secret: str, after: str, kind: LeakKind) -> None:
    text = before + secret + after
    leaks = found(text, kind)
    assert leaks, text
    assert any(leak.start < len(before) + len(secret) and leak.end > len(before) for leak in leaks), text
    assert all(text[leak.start : leak.end].strip() for leak in leaks)
    assert all(leak.zh and leak.en and leak.field == "main_problem" for leak in leaks)


@given(WORDS, NAMES, DISGUISES, WORDS)
def test_the_owners_name_is_found(before: str, name: str, disguise: object, after: str) -> None:
    hidden_in(before, disguise(name), after, LeakKind.ORGANISATION)  # type: ignore[operator]


@given(WORDS, DISGUISES, WORDS)
def test_the_contact_is_found(before: str, disguise: object, after: str) -> None:
    hidden_in(before, disguise("王明远"), after, LeakKind.CONTACT_NAME)  # type: ignore[operator]


@given(WORDS, PHONES, st.booleans(), WORDS)
def test_telephone_numbers_are_found(before: str, phone: str, wide: bool, after: str) -> None:
    hidden_in(before, full_width(phone) if wide else phone, after, LeakKind.PHONE)


@given(
    WORDS,
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from([" ", "-", "·", "*", ".", "\u200b"]),
    WORDS,
)
def test_spread_telephone_numbers_are_found(before: str, phone: str, filler: str, after: str) -> None:
    hidden_in(before, spread(phone, filler), after, LeakKind.PHONE)


@given(WORDS, MAILS, DISGUISES, WORDS)
def test_mail_addresses_are_found(before: str, mail: str, disguise: object, after: str) -> None:
    hidden_in(before, disguise(mail), after, LeakKind.EMAIL)  # type: ignore[operator]


@given(WORDS, CODES, DISGUISES, WORDS)
def test_credit_codes_are_found(before: str, code: str, disguise: object, after: str) -> None:
    hidden_in(before, disguise(code), after, LeakKind.USCC)  # type: ignore[operator]


@given(WORDS, SITES, st.sampled_from([str, full_width, str.upper]), WORDS)
def test_web_addresses_are_found(before: str, site: str, disguise: object, after: str) -> None:
    hidden_in(before, disguise(site), after, LeakKind.WEBSITE)  # type: ignore[operator]


@given(WORDS, CHATS, DISGUISES, WORDS)
def test_messenger_accounts_are_found(before: str, chat: str, disguise: object, after: str) -> None:
    hidden_in(before, disguise(chat), after, LeakKind.MESSENGER)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请联系王经理", LeakKind.CONTACT_NAME),
        ("济 南 泽垚", LeakKind.ORGANISATION),
        ("泽·垚", LeakKind.ORGANISATION),
        ("abc # qq . com", LeakKind.EMAIL),
        ("abc(at)163(dot)com", LeakKind.EMAIL),
        ("13-8000-00001", LeakKind.PHONE),
        ("(0531)8888 0001", LeakKind.PHONE),
        ("电话：88880001", LeakKind.PHONE),
        ("400-800-1234", LeakKind.PHONE),
        ("壹叁捌零零零零零零零壹", LeakKind.PHONE),
        ("壹參捌零零零零零零零壹", LeakKind.PHONE),
        ("一三八 一二三四 五六七八", LeakKind.PHONE),
        ("零五三一-八八八八零零零一", LeakKind.PHONE),
        ("138O1234567", LeakKind.PHONE),
        ("139o531oooo", LeakKind.PHONE),
        ("139🙂0531🙂0000", LeakKind.PHONE),
        ("l38 0123 4567", LeakKind.PHONE),
        ("1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", LeakKind.PHONE),
        ("①③⑧①②③④⑤⑥⑦⑧", LeakKind.PHONE),
        ("❶❸❽❶❷❸❹❺❻❼❽", LeakKind.PHONE),
        ("138~1234~5678", LeakKind.PHONE),
        ("138。1234。5678", LeakKind.PHONE),
        ("1З8-0000-0001", LeakKind.PHONE),
        ("一3八零1二3四5六7", LeakKind.PHONE),
        ("V信：zeyao_20", LeakKind.MESSENGER),
        ("加V zeyao2020", LeakKind.MESSENGER),
        ("有意者加V详聊", LeakKind.MESSENGER),
        ("vx zeyao2020", LeakKind.MESSENGER),
        ("微❤zeyao2020", LeakKind.MESSENGER),
        ("微❤️：zeyaofz", LeakKind.MESSENGER),
        ("wei信:zeyaofz", LeakKind.MESSENGER),
        ("電話和微信同號", LeakKind.MESSENGER),
        ("扣扣12345678", LeakKind.MESSENGER),
        ("Q Q：12345678", LeakKind.MESSENGER),
        ("飞书 zeyao123", LeakKind.MESSENGER),
        ("钉钉号: ze_yao", LeakKind.MESSENGER),
        ("139,0531,0000", LeakKind.PHONE),
        ("139、0531、0000", LeakKind.PHONE),
        ("139=1531=1000", LeakKind.PHONE),
        ("telegram: @zeyaofz", LeakKind.MESSENGER),
        ("line id: zeyao", LeakKind.MESSENGER),
        ("zeyao 点 cn", LeakKind.WEBSITE),
        ("zeyao點com", LeakKind.WEBSITE),
        ("zeyao dot com", LeakKind.WEBSITE),
        ("zeyao[.]com.cn", LeakKind.WEBSITE),
        ("泽垚阀门.中国", LeakKind.WEBSITE),
        ("abc艾特qq点com", LeakKind.EMAIL),
        ("abc [at] 163 dot com", LeakKind.EMAIL),
        ("abc at qq dot com", LeakKind.EMAIL),
        ("１３８００００　０００２", LeakKind.PHONE),
        ("I38OOOOOOO2", LeakKind.PHONE),
        ("微：zc8888", LeakKind.MESSENGER),
        ("加我好友 zc8888888", LeakKind.MESSENGER),
        ("电报 zc_8888x", LeakKind.MESSENGER),
        ("请找Wang Mingyuan", LeakKind.CONTACT_NAME),
        ("contact: Mingyuan WANG", LeakKind.CONTACT_NAME),
        ("wáng míng yuǎn", LeakKind.CONTACT_NAME),
        ("ΖEYАO阀体", LeakKind.ORGANISATION),
        ("Ƶeyao valves", LeakKind.ORGANISATION),
    ],
)
def test_further_disguises(text: str, kind: LeakKind) -> None:
    assert found(text, kind)


def test_a_short_name_in_pinyin_is_asked_about() -> None:
    owner = OwnerNames("济南泽垚泵阀铸造有限公司", contact_names=("李丽",))
    [leak] = find_leaks({"summary": "Ask Li Li, or Lilian"}, owner)
    assert (leak.word, leak.certain) == ("Li Li", False)
    assert find_leaks({"summary": "Ask Li Li"}, owner, confirmed=["Li Li"]) == []


@pytest.mark.parametrize(
    "text",
    [
        "提高工程师效率，总氮≤40 mg/L，10A@25℃、3.3V@2.5GHz，mAP@0.5:0.95，Recall@10. The result",
        "专利ZL202110937746.2、软著2021SR0672215，GB/T 10125-2021，ASP.NET与Node.js，U-Net",
        "循环寿命1.35、15.2 13.4 18.6 22.1，产能1 300 000 000件，2026-05-31前完成，样本13 800 000",
        "恩泽，垚土；济南的阀门铸造企业较多，市中区与历下区均可",
        "加V形坡口,220V与24V,外加V型带;production line: abc1234,signal: 4–20 mA;一三五七九道工序,卫星:gps12345",
        "The IGBT. Top quality; a loss. Net income; 试点com接口,点cn文件;型号S50C与13B0123;一二三四线产品",
        "2月用量1380000.0002 件，小微:a1234567 级，α=0.05，Ø30 与 μ值、ΔΤ；见微:知著",
        "微信小程序对接OpenID，公众号平台开发，QQ图检验；飞书 api_v2 接口，钉钉 sdk_3 与飞书 v7.1",
    ],
)
def test_technical_text_is_left_alone(text: str) -> None:
    assert find_leaks({"summary": text}, OWNER) == []


@given(WORDS)
def test_text_without_secrets_is_left_alone(text: str) -> None:
    assert find_leaks({"summary": text}, OWNER) == []


@given(st.text(max_size=120))
def test_any_text_can_be_searched(text: str) -> None:
    for leak in find_leaks({"summary": text}, OWNER):
        assert 0 <= leak.start < leak.end <= len(text)


@pytest.mark.parametrize(
    ("name", "known_as", "asked", "not_as"),
    [
        ("济南泽垚泵阀铸造有限公司", "泽垚 济南泽垚 泽垚泵阀铸造", "", "泵阀铸造 济南"),
        ("岱北理工大学", "岱北理工大学 岱北理工 岱北", "", "理工 大学"),
        ("山东大学", "山东大学", "山大 与山大合作", "山东 大学 高山大坝 火山大爆发 山东大力发展"),
        ("济南大学", "我们济大 济大公司", "济大", "经济大发展 济南大力"),
        ("齐鲁工业大学（山东省科学院）", "山东省科学院 省科院 齐鲁工大", "齐工大 qilu", "工业 山东"),
        ("山东建筑大学", "山建大 山东建大", "山建", "建筑"),
        ("山东大学齐鲁医院", "山东大学 山东大学齐鲁医院", "齐鲁医院 山大", "医院"),
        ("中国石油大学（华东）", "中石大 中国石油大学", "石大", "石油 华东"),
        ("济南市农业科学研究院", "济南农科院 市农科院", "农科院", "农业"),
        ("济南钢铁集团有限公司", "我们济钢", "济钢", "钢铁"),
        ("济南迈尔福机械有限公司", "maierfu MAI-ER-FU我们的 JinanMaierfu", "", "maierfurt mai"),
        ("济南迈尔弗阀门有限公司", "", "麦尔福 我们邁而弗 MEF JNMEF", "MEFX 买二份"),
        ("济南柱川密封件有限公司", "", "我们竹川 住川密封件 JNZC", "竹川 住穿 ZC"),
        ("济南大学", "", "UJN 与JNU合作", "UJNX"),
        ("齐鲁工业大学", "", "QLUT", "USD"),
        ("山东普力创环保科技有限公司", "", "SDPLC", "PLC控制"),
        ("济南博特机械有限公司", "我们BOTE jinanbote", "bote", "botes"),
        ("济南三箭集团有限公司", "三箭 3箭 叁箭 弎箭", "", "三 3支箭"),
        ("山东第一医科大学", "山一医 山东第一医科大学", "", "第1步 第一"),
        ("济南创新科技有限公司", "济南创新科技", "创新科技 济南创新", "创新 科技"),
        ("泰莱弗斯生物诊断（济南）有限公司", "泰莱弗斯 泰莱弗斯生物诊断", "泰莱", "生物诊断 济南"),
        (
            "济南柱川液压油缸有限公司",
            "我们柱川 柱川油缸",
            "川柱油缸 我们川柱",
            "液压油缸 石柱川菜 四川柱塞泵 川柱",
        ),
        ("济南泉城阀门股份有限公司", "泉城阀门 我们泉城 济南泉城", "泉城", "阀门 济南 我们城泉"),
        ("济南云岭特种阀门有限公司", "云岭特种阀门 云岭公司", "云岭", "特种阀门"),
        ("中国重汽集团济南卡车股份有限公司", "重汽公司 中国重汽集团济南卡车", "重汽", "卡车 集团"),
        ("莱芜市骆驼轧辊加工厂", "我们骆驼轧辊公司", "骆驼 骆驼轧辊", "轧辊 加工"),
        ("青岛佛山数控刀具制造有限公司", "佛山数控刀具 佛山刀具公司", "佛山", "数控刀具"),
        ("济南华山鼓风机厂", "济南华山鼓风机厂", "华山 我们华山", "鼓风机"),
        ("济南轴承厂", "济南轴承厂", "济南轴承", "轴承"),
        ("济南SMC气动元件有限公司", "SMC气动", "SMC", "SMCX 气动元件"),
        ("济南360安全技术有限公司", "济南360安全技术", "我们360", "360度 安全技术"),
        ("Kestrelmoor Embedded Systems Ltd", "kestrelmoor Kestrelmoor-Embedded-Systems", "", "systems ltd"),
        ("University of Eastmarch", "eastmarch", "", "university"),
    ],
)
def test_what_an_organisation_is_known_as(name: str, known_as: str, asked: str, not_as: str) -> None:
    def verdicts(text: str) -> list[bool]:
        return [leak.certain for leak in find_leaks({"summary": text}, OwnerNames(name))]

    assert {text: verdicts(text) for text in known_as.split()} == {text: [True] for text in known_as.split()}
    assert {text: verdicts(text) for text in asked.split()} == {text: [False] for text in asked.split()}
    assert {text: verdicts(text) for text in not_as.split()} == {text: [] for text in not_as.split()}


def test_findings_say_where() -> None:
    texts = texts_of(
        {"title": "打磨", "keywords": ["泵体", "泽垚"], "indicators": [{"name": "电话13800000001"}], "trl": 7}
    )
    leaks = find_leaks(texts, OWNER)
    assert [(leak.field, leak.kind) for leak in leaks] == [
        ("keywords[1]", "organisation"),
        ("indicators[0].name", "phone"),
    ]
    assert "13800000001" in leaks[1].excerpt


@pytest.mark.skipif(not JINAN.is_dir(), reason="the shared evaluation data is not here")
def test_no_record_of_the_data_gives_its_owner_away() -> None:
    records = [
        json.loads(line)
        for name in ("achievements", "demands")
        for file in sorted(JINAN.glob(f"*/{name}.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    assert records
    for record in records:
        texts = texts_of({field: record[field] for field in TEXT_FIELDS if field in record})
        leaks = find_leaks(texts, OwnerNames(record.get("org") or record["owner_org"]))
        assert leaks == [], record["id"]


@pytest.mark.parametrize(
    ("alias", "text", "certain"),
    [
        ("涂料", "现用水性涂料半年即起泡脱落，需要防腐涂料体系", []),
        ("涂料", "我们涂料公司的产线", [False]),
        ("创新", "希望以技术创新降低能耗", []),
        ("柱川", "柱川系列球阀的阀体", [True]),
        ("济南柱川", "济南柱川的阀体", [True]),
    ],
)
def test_an_alias_that_is_everybodys_word_blocks_nothing(alias: str, text: str, certain: list[bool]) -> None:
    """Its surroundings decide, and what is doubtful can be confirmed; another alias is as certain as before."""
    owner = OwnerNames("青岛泺锐化工有限公司", aliases=(alias,))
    found = find_leaks({"main_problem": text}, owner)
    assert [leak.certain for leak in found] == certain
    assert find_leaks({"main_problem": text}, owner, confirmed=[leak.word for leak in found]) == [
        leak for leak in found if leak.certain
    ]


@pytest.mark.parametrize(
    "text",
    [
        "处理量1500000-2000",
        "转速2000-3000",
        "年产量1500000-2000件",
        "年产量1500000～2000件",
        "手机2000-3000台",
        "传真纸2000-3000张",
        "电话2000-3000元",
        "400-800-1000℃三段升温",
        "粒度400-600-800",
    ],
)
def test_ranges_are_no_telephone_numbers(text: str) -> None:
    assert not list(find_leaks({"summary": text}, OWNER))


@pytest.mark.parametrize(
    "text",
    ["138-1234-5678", "电话8812-3456", "手机:138123-45678", "400-800-1000", "400-8812-345", "1385312-4567元"],
)
def test_numbers_with_hyphens_are_telephone_numbers(text: str) -> None:
    assert [one.certain for one in find_leaks({"summary": text}, OWNER)] == [True]


def test_round_numbers_after_a_telephone_are_asked_about() -> None:
    assert [one.certain for one in find_leaks({"summary": "电话2000-3000"}, OWNER)] == [False]
