"""Reports for people: one HTML file a day or week, the same numbers as JSON, CSV worklists.

``daily.render_daily`` and ``weekly.render_weekly`` are the entry points; ``sentences`` and
``formats`` are shared with the alerts, so this package itself imports nothing heavy.
"""
