"""Technical indicators (技术指标): the model, parsing, units and comparison."""
