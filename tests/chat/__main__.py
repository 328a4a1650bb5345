"""So many lines of chat (50,000, or as many as are asked for) as `cordboard parse --jsonl` reads them."""

import sys

from tests.chat.lines import as_jsonl, chat

if __name__ == "__main__":
    for each in chat(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000):
        sys.stdout.write(as_jsonl(each) + "\n")
