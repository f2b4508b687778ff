"""The demo: generated extracts of a wellbeing services county, calibrated to Kymenlaakso's programme, and of three
more organisations whose programmes are followed.

For trying Tilannekuva out, for tests and for benchmarks. Every figure is generated; nothing here is an
extract of any organisation, and every sidecar says ``"origin": "generated"``. Start at :func:`generate`.
"""

from sources.demo.generate import GenerateReport, generate, without_files

__all__ = ["GenerateReport", "generate", "without_files"]
