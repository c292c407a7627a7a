"""Managers (技术转移人才库): people who broker technology transfers."""
