"""Names in Latin script beside Chinese ones: the brand in pinyin, then the trade in English or in pinyin."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import product

from xpinyin import Pinyin

_DICTIONARY = Pinyin()
_BRAND_LENGTHS = (2, 3, 4)
_MOST_READINGS = 16

# What the words of a trade are in Chinese. One that is not here says nothing about a name.
_TRADES = {
    word: tuple(chinese.split())
    for word, chinese in (
        line.split(":")
        for line in """
machinery:机械 机电 机器 重工
machine:机械 机床 机器
machinetool:机床
equipment:设备 装备 器材
heavyindustry:重工
technology:技术 科技
technologies:技术 科技
technical:技术 科技
tech:技术 科技
technologytransfer:技术转移
science:科技 科学
sciences:科技 科学
sciencetechnology:科技 科学技术
scienceandtechnology:科技 科学技术
newmaterial:新材料
newmaterials:新材料
material:材料
materials:材料
chemical:化工 化学
chemicals:化工 化学
chemistry:化学 化工
industry:工业 实业 产业
industries:工业 实业 产业
industrial:工业 实业 产业
trading:贸易 商贸
trade:贸易 商贸
food:食品
foods:食品
foodstuff:食品
pharmaceutical:制药 药业 医药
pharmaceuticals:制药 药业 医药
pharma:制药 药业 医药
medicine:医药 药业
medical:医疗 医用 医学
medicaldevice:医疗器械
medicalinstrument:医疗器械
biotech:生物
biotechnology:生物
biological:生物
bioengineering:生物
biology:生物
electronic:电子
electronics:电子
electric:电气 电器 电力
electrical:电气 电器
electricpower:电力
power:电力 动力 能源
energy:能源
newenergy:新能源
environmental:环保 环境
environment:环保 环境
environmentalprotection:环保
automation:自动化
automatic:自动化
intelligent:智能
intelligence:智能
smart:智能 智慧
information:信息
informationtechnology:信息
software:软件
network:网络
data:数据
robot:机器人
robotics:机器人
robotic:机器人
valve:阀门 阀业
valves:阀门 阀业
pump:泵 泵业
pumps:泵 泵业
bearing:轴承
bearings:轴承
casting:铸造 铸件
foundry:铸造
forging:锻造
mould:模具
mold:模具
steel:钢 钢铁
ironandsteel:钢铁
metal:金属
metals:金属
aluminum:铝
aluminium:铝
copper:铜
glass:玻璃
ceramic:陶瓷
ceramics:陶瓷
cement:水泥
rubber:橡胶 橡塑
plastic:塑料 橡塑 塑业
plastics:塑料 橡塑 塑业
packaging:包装
packing:包装
paper:纸业 造纸
textile:纺织
textiles:纺织
garment:服装
auto:汽车
automobile:汽车
automotive:汽车
autoparts:汽车配件 汽车零部件
vehicle:汽车 车辆
boiler:锅炉
hydraulic:液压
hydraulics:液压
cylinder:油缸
instrument:仪器 仪表
instruments:仪器 仪表
sensor:传感
optical:光学 光电
optoelectronics:光电
optoelectronic:光电
laser:激光
photovoltaic:光伏
solar:太阳能 光伏
battery:电池
cable:电缆 线缆
construction:建设 建筑 建工
building:建筑 建材
buildingmaterials:建材
engineering:工程
design:设计
agricultural:农业
agriculture:农业
feed:饲料
seed:种业 种子
fertilizer:肥业 肥料
logistics:物流
watertreatment:水处理
water:水务 水处理
testing:检测
inspection:检测
consulting:咨询
university:大学
college:学院
institute:研究院 研究所
academy:研究院 科学院
researchinstitute:研究院 研究所
research:研究
laboratory:实验室
hospital:医院
""".strip().splitlines()
    )
}
# Said or left out as one likes.
_GENERIC = frozenset(
    ("group", "holding", "holdings", "and", "of", "province", "city", "china", "international", "products")
)
_BEFORE = frozenset(("china", "province", "city"))
_KNOWN = _GENERIC | _TRADES.keys()
_LONGEST = max(map(len, _TRADES))


@lru_cache(maxsize=100_000)
def brand_spellings(name: str) -> frozenset[str]:
    """How the first two to four characters of a Chinese name, without its place, are written in pinyin."""
    return frozenset(
        one for length in _BRAND_LENGTHS for one in _spellings(name[:length]) if len(name) >= length
    )


def place_spellings(places: Iterable[str]) -> frozenset[str]:
    """Names of places in pinyin."""
    return frozenset(one for place in places for one in _spellings(place))


def without_places(latin: str, places: frozenset[str]) -> str:
    """A name in Latin script without the places and general words that it begins with."""
    while head := _head_in(latin, places | _BEFORE):
        latin = latin[len(head) :]
    return latin


def is_translation(latin: str, chinese: str, places: frozenset[str]) -> bool:
    """Whether a name in Latin script has the brand of the Chinese one, and a trade that is one of its own.

    Both without the places that they begin with, the Latin one without spaces; `places` are those in pinyin that may
    also stand in the middle.
    """
    return any(
        latin.startswith(brand) and _is_trade(latin[len(brand) :], chinese[length:], places)
        for length in _BRAND_LENGTHS
        if len(chinese) >= length
        for brand in _spellings(chinese[:length])
    )


def _is_trade(latin: str, chinese: str, places: frozenset[str]) -> bool:
    if latin in _spellings(chinese) or not (latin or chinese):
        return True
    while latin:
        word = _head_in(latin, places) or _known_word(latin)
        if word is None:
            return False
        if any(one in chinese for one in _TRADES.get(word, ())):
            return True
        latin = latin[len(word) :]
    return False


def _head_in(latin: str, words: frozenset[str]) -> str | None:
    """The longest of the words that the text begins with."""
    heads = (latin[:length] for length in range(min(len(latin), _LONGEST), 1, -1))
    return next((head for head in heads if head in words), None)


def _known_word(latin: str) -> str | None:
    """The longest word that the text begins with."""
    return _head_in(latin, _KNOWN)


@lru_cache(maxsize=100_000)
def _spellings(text: str) -> frozenset[str]:
    """All readings of Chinese characters without tones or spaces; none if another character is among them."""
    readings = [_readings(char) for char in text]
    if not readings or not all(readings):
        return frozenset()
    count = 1
    for one in readings:
        count *= len(one)
    if count > _MOST_READINGS:
        readings = [one[:1] for one in readings]
    return frozenset(map("".join, product(*readings)))


@lru_cache(maxsize=20_000)
def _readings(char: str) -> tuple[str, ...]:
    if not "\u3400" <= char <= "\u9fff":
        return ()
    found = _DICTIONARY.get_pinyins(char, splitter="", n=8)
    return tuple(dict.fromkeys(way for one in found for way in _ways(one)))


def _ways(sound: str) -> tuple[str, ...]:
    """吕 is written lv, lu and lyu."""
    return (sound, sound.replace("v", "u"), sound.replace("v", "yu")) if "v" in sound else (sound,)
