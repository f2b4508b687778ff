"""Planted faults and harmless surprises: what the guard must catch, and what it must let be.

``cases.py`` is the list, ``world.py`` makes the clean figures and plants a case in them. The test of one seed is
``tests/expectations/test_faults.py``; ``benchmarks/guard.py`` measures recall and false alarms over many.
"""
