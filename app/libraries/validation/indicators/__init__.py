"""Technical indicators (技术指标): parsing, units and comparison."""
