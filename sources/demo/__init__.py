"""The demo: generated extracts of a wellbeing services county, calibrated to Kymenlaakso's programme.

For trying Tilannekuva out, for tests and for benchmarks. Every figure is generated; nothing here is an
extract of any county, and every sidecar says ``"origin": "generated"``. Start at :func:`generate`.
"""

from sources.demo.generate import GenerateReport, generate

__all__ = ["GenerateReport", "generate"]
