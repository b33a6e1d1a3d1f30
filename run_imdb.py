"""IMDB reviews: positive or negative?

python run_imdb.py --demo                     # nothing to download
python run_imdb.py --sweep --repeats 5        # the article's table, with deviations
python run_imdb.py --data PATH --models lr,bert --maxtokens 200 --text natural
python run_imdb.py --help
"""

import kit


def main(*argv):
    """Run with these options (or the shell's); returns the exit code."""
    return kit.command_line("imdb", *argv)


if __name__ == "__main__":
    kit.leave(main())
