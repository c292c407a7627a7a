"""Names of organisations for the leak check: made from regions, brands, trades and legal forms, and others by hand.

Each name comes with what people call it.
"""

import itertools
import random
from dataclasses import dataclass

from app.vocabularies.catalogue import vocabulary

COINED = """
柱川 泽垚 金鼎 衡瀚 铭岱 沃尔森 凯瑞德 博思特 澜沧江源 禹舜 岱宗 鑫泰 鸿昌 宏昌达 永盛源 润丰达 恒泰和 华晟 盛邦
众森 隆源 昊月 泰盈 腾瑞 锐骐 慧创 启迅 睿博特 迈拓 科瑞恩 奥菲特 爱普森 德泓 誉恒 旭茂 珺玥 翊飞 骏驰 犇鑫 焱鑫
淼源 磊鑫 森鹏 晶磊 祥瑞昌 玖玥 玺润 桐屿 芮沐 骐骥 曦域 泓淇 沣瑞 皓辰 钰麟 镁格 锴越 铄石 砼筑 锆芯
"""
WORDS = """
云岭 泉城 长城 创新 前进 光明 先锋 红旗 黄河 泰山 东方 和平 胜利 蓝天 天元 宏达 永安 金麒麟 大自然 新时代
远大 力诺 神思 银座 大汉 圣泉 齐鲁 千佛 趵突 明湖
"""
LATIN = "ABB2 KTC SMC HTX Zeyao Novatek iTech H3X Delta9 Uniflow"
NUMBERS = "一六八 三六零 九九九 二七一 八方 五洲 三鼎 十方 七星源 六合盛"
TRADES = """
液压油缸 特种阀门 数控机床 铸造 智能装备 环保科技 新材料科技 电气设备 工程机械 生物科技 弹簧钢丝 精密模具 泵业 锅炉
压力容器 橡塑制品 包装材料 食品 医疗器械 信息技术 传感器 换热设备 钢结构 汽车配件 齿轮 轴承制造 风机 电缆 化工助剂
农业机械 饲料 耐火材料 水处理设备 起重机械 紧固件 激光设备 光伏能源 物流装备 密封件 石油机械
"""
LEGAL = "有限公司 股份有限公司 有限责任公司 集团有限公司 厂 集团股份有限公司"

# name|what people call it
BY_HAND = """
济南柱川液压油缸有限公司|柱川|柱川油缸
济南泉城阀门股份有限公司|泉城|泉城阀门
济南云岭特种阀门有限公司|云岭|云岭特种阀门
济南二机床集团有限公司|济南二机床|二机床
中国重汽集团济南卡车股份有限公司|重汽|中国重汽
浪潮电子信息产业股份有限公司|浪潮|浪潮电子
山东力诺瑞特新能源有限公司|力诺瑞特|力诺
齐鲁制药有限公司|齐鲁制药|齐鲁
九阳股份有限公司|九阳|九阳公司
山东圣泉新材料股份有限公司|圣泉|圣泉新材料
积成电子股份有限公司|积成|积成电子
神思电子技术股份有限公司|神思|神思电子
山东鲁能智能技术有限公司|鲁能|鲁能智能
济南轨道交通装备有限责任公司|济南轨道交通装备
玫德集团有限公司|玫德|玫德集团
济南玛钢钢管制造有限公司|玛钢|济南玛钢
山东章鼓股份有限公司|章鼓|山东章鼓
山东金麒麟股份有限公司|金麒麟|金麒麟公司
临沂山重挖掘机有限公司|山重|山重挖掘机
山东华熙生物科技有限公司|华熙|华熙生物
山东宏济堂制药集团股份有限公司|宏济堂|宏济堂制药
济南晶恒电子有限责任公司|晶恒|晶恒电子
济南市半导体元件实验所|济南市半导体元件
山东博科生物产业有限公司|博科|博科生物
山东新华医疗器械股份有限公司|新华医疗|山东新华医疗
济南森峰激光科技股份有限公司|森峰|森峰激光
济南邦德激光股份有限公司|邦德|邦德激光
济南金强激光数控设备有限公司|金强|金强激光
山东天岳先进科技股份有限公司|天岳|天岳先进
山东奥太电气有限公司|奥太|奥太电气
山东艾诺智能仪器有限公司|艾诺|艾诺仪器
济南华凌电缆有限公司|华凌|华凌电缆
济南裕兴化工有限责任公司|裕兴|裕兴化工
济南鲁新新型建材股份有限公司|鲁新|鲁新建材
山东大汉建设机械股份有限公司|大汉|大汉机械
济南铸造锻压机械研究所有限公司|济南铸造锻压机械研究所
济南沃德汽车零部件有限公司|沃德|沃德汽车
济南实达紧固件有限公司|实达|实达紧固件
济南吉美乐电源技术有限公司|吉美乐|吉美乐电源
济南天辰试验机制造有限公司|天辰|天辰试验机
济南试金集团有限公司|试金|试金集团
济南时代试金试验机有限公司|时代试金
济南恒思盛大仪器有限公司|恒思盛大|恒思
济南锐捷机械设备有限公司|锐捷|锐捷机械
济南翼菲自动化科技有限公司|翼菲|翼菲自动化
济南光先数控机械有限公司|光先|光先数控
济南海恩德热工有限公司|海恩德|海恩德热工
济南前进阀门厂|前进阀门|前进阀门厂
济南光明电器有限公司|光明电器
济南东方红拖拉机配件厂|东方红|东方红配件
章丘市第一锻造厂|章丘第一锻造|第一锻造厂
济南三箭集团有限公司|三箭|三箭集团|3箭|叁箭
山东五征集团有限公司|五征|五征集团
山东九五泵业有限公司|九五泵业|九五
济南一建集团有限公司|济南一建|一建集团
济南四建集团有限责任公司|济南四建|四建集团
济南360安全技术有限公司|济南360|360安全技术
济南百事得机械有限公司|百事得|百事得机械
济南SMC气动元件有限公司|SMC|SMC气动
济南EFT智能装备有限公司|EFT|EFT智能装备
山东ABM激光科技有限公司|ABM|ABM激光
Zeyaotech Pump Ltd|Zeyaotech|Zeyaotech Pump
Kestrelmoor Embedded Systems Ltd|Kestrelmoor|kestrelmoor embedded systems
Norrfjell Foundry Group|Norrfjell|Norrfjell Foundry
Halvenau Photonik GmbH|Halvenau|halvenau photonik
Brightvalve Co., Ltd.|Brightvalve|BRIGHTVALVE
山东大学|山东大学|山大
济南大学|济南大学|济大
齐鲁工业大学（山东省科学院）|齐工大|山东省科学院
山东建筑大学|山东建大|山建大
山东师范大学|山东师大|山师大
济南市农业科学研究院|济南农科院|市农科院
济南迈尔福机械有限公司|迈尔福|maierfu
济南博特机械有限公司|博特|bote
济南柴油机股份有限公司|济南柴油机|济柴
岱北理工大学|岱北理工|岱北理工大学
济南历岳药物研究院|历岳|历岳药物
泺滨轨道装备研究院|泺滨|泺滨轨道装备
济南恒昌源（山东）环保设备有限公司|恒昌源|恒昌源环保
泰莱弗斯生物诊断（济南）有限公司|泰莱弗斯|泰莱弗斯生物
海信（山东）冰箱有限公司|海信|海信冰箱
山灏盐环保科技（淄博）有限公司|山灏盐|山灏盐环保
济南绞原弹簧钢丝有限公司|绞原|绞原弹簧
济南葱沃脱水食品有限公司|葱沃|葱沃食品
济南智汇邻技术服务工作室|智汇邻|智汇邻工作室
济南青禾源技术转移有限公司|青禾源|青禾源公司
潍坊绿畦蔬菜专业合作社联合社|绿畦|绿畦合作社
莱芜金瓣冷藏有限公司|金瓣|金瓣冷藏
烟台果陌农业装备有限公司|果陌|果陌农业
济南市历下区明湖机械配件经营部|明湖机械|明湖机械配件
无锡柱石机械有限公司|柱石机械|无锡柱石
苏州迈澜精密制造有限公司济南分公司|迈澜|迈澜精密
深圳市拓荒者机器人有限公司|拓荒者|拓荒者机器人
北京和利时系统工程有限公司|和利时|和利时系统
上海语篁智能科技有限公司|语篁|语篁智能
杭州大和热磁电子有限公司|大和热磁|大和
青岛海尔模具有限公司|海尔模具|海尔
青岛双星轮胎工业有限公司|双星轮胎|双星
淄博砾川特种阀门有限公司|砾川|砾川阀门
山东小鸭集团家电有限公司|小鸭|小鸭家电
济南康巴丝钟表有限公司|康巴丝|康巴丝钟表
济南趵突泉酿酒有限责任公司|趵突泉|趵突泉酿酒
德州百货大楼集团有限公司|德州百货大楼
济南旺旺食品有限公司|旺旺|旺旺食品
济南好帮手清洁设备有限公司|好帮手|好帮手清洁
济南金星五金厂|金星|金星五金
济南小松叉车有限公司|小松|小松叉车
山东太阳纸业股份有限公司|太阳纸业|太阳纸业公司
"""


@dataclass(frozen=True)
class Known:
    """An organisation's name, and what people call it."""

    name: str
    called: tuple[str, ...]


def by_hand() -> list[Known]:
    rows = [row.split("|") for row in BY_HAND.split("\n") if row]
    return [Known(row[0], tuple(row[1:])) for row in rows]


def made(count: int, seed: int) -> list[Known]:
    """Names of regions × brands × trades × legal forms; each brand occurs in turn."""
    random_ = random.Random(seed)
    brands = " ".join((COINED, WORDS, NUMBERS, LATIN)).split()
    return [_made(brand, random_) for brand in itertools.islice(itertools.cycle(brands), count)]


def _made(brand: str, random_: random.Random) -> Known:
    region, trade, legal = (
        random_.choice(_regions()),
        random_.choice(TRADES.split()),
        random_.choice(LEGAL.split()),
    )
    shape = random_.random()
    name = f"{region}{brand}{trade}{legal}" if shape < 0.8 else f"{brand}{trade}（{region}）{legal}"
    return Known(name, (brand, brand + trade))


def _regions() -> list[str]:
    labels = [term.zh for term in vocabulary("regions") if term.code.startswith("37")]
    labels += [label.removesuffix("市") for label in labels if label.endswith("市")]
    return ["济南", "山东省济南市", "北京", "江苏无锡", *labels]
