"""Achievements (技术成果库) that universities, institutes and enterprises offer."""
