"""Your own texts: does transfer learning pay?

python run_own.py --data reviews.csv                # a table: CSV, TSV, JSONL, Parquet
python run_own.py --data tickets.parquet --text-column body --label-column team
python run_own.py --data folder_of_classes/ --learning-curve --audit --errors 10
python run_own.py --help
"""

import kit


def main(*argv):
    """Run with these options (or the shell's); returns the exit code."""
    return kit.command_line("own", *argv)


if __name__ == "__main__":
    kit.leave(main())
