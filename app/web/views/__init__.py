"""What a template needs and no service says: navigation, texts cut at evidence, times as people say them."""
