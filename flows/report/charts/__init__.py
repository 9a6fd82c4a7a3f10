"""The pictures of the reports: charts, maps and small drawings, all of them SVG."""
