"""E-mail: Enron's business mail, or a 419 fraud letter?

python run_email.py --demo                     # nothing to download
python run_email.py --sweep --repeats 5        # the article's table, with deviations
python run_email.py --data PATH --models lr,bert --maxtokens 200 --text natural
python run_email.py --help
"""

import kit


def main(*argv):
    """Run with these options (or the shell's); returns the exit code."""
    return kit.command_line("email", *argv)


if __name__ == "__main__":
    kit.leave(main())
