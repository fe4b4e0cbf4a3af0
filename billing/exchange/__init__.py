"""Files in and out: CSV, XLSX, 1C, Sberbank, ГИС ЖКХ. Columns are named in data/columns.yaml, not in code."""
