"""技术成果库: achievements that universities, institutes and enterprises offer."""
