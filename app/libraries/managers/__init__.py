"""技术转移人才库: technology managers (技术经理人)."""
