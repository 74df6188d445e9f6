"""Fund-flow bills beside our books."""
