"""From a CAD file or scene to one GLB for the web, one USD master for rendering, and a report.

Begin with `prepare.py`. Nothing is imported here: this package's children start with `-m`, import the
package with it, and must not pay for what only the engine needs.
"""
