"""Project contests (项目大赛) and brand events (品牌活动)."""
