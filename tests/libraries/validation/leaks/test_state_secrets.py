"""Markings of state secrets are refused or asked about; words that only look like them are neither."""

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel

import app.main  # noqa: F401 — all schemas are imported
from app.libraries.schemas import Wire
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.text import TextRule
from app.text.state_secrets import find_markings


def verdicts(text: str) -> set[bool]:
    for marking in find_markings(text):
        start, end = marking.spot
        assert text[start:end] == marking.word
    return {marking.certain for marking in find_markings(text)}


@pytest.mark.parametrize(
    "text",
    [
        "机密级",
        "机宓★",
        "杌密★10年",
        "μ密★",
        "JM★10年",
        "密级:M密",
        "密级:机宻",
        "本项目属国家秘密,密级为机密级",
        "属于国家秘密",
        "絕 密★",
        "机　密★１０年",
        "机密★启用前",
        "★秘密",
        "秘密10年",
        "密级:秘密",
        "保密等级为机密",
        "秘密级国家秘密",
        "涉及国家秘密",
        "该机密级项目",
        "本项目涉密",
        "属于涉密项目",
        "机\u200b密★5年",
        "(机密)★10年",
        "属于国家科学技术秘密",
        "㊙★10年",
        "【㊙】级",
        "军用涉密项目",
        "【密件】",
        "本密件",
        "机mi★10年",
        "ji mi ★ 十年",
        "机蜜★",
        "涉軍機密",
        "军事机密",
        "机★密",
        "绝☆密级文件",
        "機M★",
        "机密●5年",
        "绝密▲长期",
        "机密〔★〕10年",
        "秘密(★)",
        "Ｊｉｍｉ★",
        "jī mì ★10年",
        "J密★",
        "鸡密★10年",
        "属于国家三级秘密",
        "涉及国家核心机密",
    ],
)
def test_certain(text: str) -> None:
    assert verdicts(text) == {True}


@pytest.mark.parametrize(
    "text",
    [
        "机密",
        "M密",
        "J密级",
        "密级:JM",
        "m密文件",
        "机宻级",
        "本项目属于M密",
        "【秘密】方案",
        "机密-报价单.xlsx",
        "内部资料 注意保密",
        "仅供内部使用",
        "可处理机密级信息",
        "参与过涉密项目",
        "商密★",
        "TOP SECRET",
        "国家秘密相关培训",
        "密级—机密",
        "密级机密",
        "保密级别 机密",
        "密級標識：機密",
        "定密：机密",
        "定为机密",
        "机密（保密期限10年）",
        "机密，保密期20年",
        "国家科技秘密项目",
        "国家绝密",
        "绝密件",
        "SECRET//NOFORN",
        "Classification: Secret",
        "㊙",
        "㊙ 技术方案",
        "按密件处理",
        "军工涉密内容",
        "机mi级",
        "机*密",
        "机密◆",
        "本文件为机密",
        "承担机密项目 2 项，机密任务",
        "某涉密型号任务",
        "军品型号涉密",
        "内部资料，不得公开",
        "密级：内部",
        "此件不公开",
        "TOP-SECRET",
    ],
)
def test_doubtful(text: str) -> None:
    assert verdicts(text) == {False}


@pytest.mark.parametrize(
    "text",
    [
        "保护商业秘密",
        "蜜蜂泌蜜期延长",
        "蜜蜂泌蜜★★★",
        "长mm*宽mm*高mm",
        "肉鸡密度每平方米12只",
        "孔隙率高,MM级精度",
        "机蜜桃分选线",
        "DM密码学模块",
        "签订保密协议",
        "秘密武器在于配方",
        "机密计算(confidential computing)与秘密共享",
        "不涉及国家秘密",
        "本成果不属于国家秘密",
        "是否涉及国家秘密:否",
        "遵守保守国家秘密法",
        "国家秘密载体销毁设备",
        "企业机密级数据",
        "非涉密项目",
        "涉密信息系统集成资质",
        "配方秘密10年前就公开",
        "技术秘密,保密期限10年",
        "密封、密度与密级",
        "计算机密级标识软件",
        "没有涉及国家秘密",
        "不涉及国家科学技术秘密",
        "本项目无涉密内容",
        "商业秘密，保密期限5年",
        "订单定为秘密武器",
        "机密性、完整性与可用性",
        "绝密封闭的腔体",
        "the secret lies in the seal",
        "精密件与紧密件的加工",
        "密件抄送",
        "㊙方",
        "军工涉密业务咨询服务资质",
        "不属于军用涉密",
        "emi屏蔽 * 3年质保，mi级精度",
        "主要产品：电机★密封件★泵体",
        "手机★密码锁",
        "不属于涉军机密",
        "不涉及国家核心机密",
        "保护商业机密●10年经验",
        "样本件不公开出售，成本件数",
        "J密封圈",
        "mm² ◆ 10年",
    ],
)
def test_innocent(text: str) -> None:
    assert verdicts(text) == set()


WORDS_OF_THE_BUREAU = {
    "app.talent.certificates.schemas.ReviewNote.note",
    "app.talent.filings.schemas.FilingNote.note",
    "app.talent.rounds.schemas.DecisionSent.reason",
    "app.talent.rounds.schemas.ObjectionAnswer.answer",
    "app.talent.rounds.schemas.RoundNote.note",
    "app.talent.tiers.schemas.ConfigurationChange.reason",
}
"""It may have to name a marking that it refuses."""

NO_FREE_TEXT = {
    "app.notifications.schemas.channels.ChannelNew.url",
    "app.notifications.schemas.webhooks.WebhookChange.url",
    "app.notifications.schemas.webhooks.WebhookNew.url",
    "app.partners.agreements.schemas.PartnerAgreementCreate.libraries",
    "app.partners.agreements.schemas.PartnerAgreementPatch.libraries",
}
"""Addresses, and names out of a list."""


def _texts(hint: Any) -> Iterator[tuple[Any, ...]]:
    """The metadata of each free text inside a type."""
    metadata = getattr(hint, "__metadata__", ())
    if any(isinstance(one, TextRule) for one in metadata):
        yield metadata
    for inner in (*get_args(hint), *([hint.__origin__] if metadata else [])):
        yield from _texts(inner)


def _bodies(base: type[BaseModel] = Wire) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _bodies(model)


def test_every_text_that_is_no_record_is_looked_at() -> None:
    unchecked = {
        f"{model.__module__}.{model.__name__}.{name}"
        for model in _bodies()
        if not model.__module__.startswith(
            ("app.libraries", "app.exchange.batches", "app.exchange.suggestions")
        )
        for name, hint in get_type_hints(model, include_extras=True).items()
        for metadata in _texts(hint)
        if NotSecret not in metadata
    }
    assert unchecked == WORDS_OF_THE_BUREAU | NO_FREE_TEXT
