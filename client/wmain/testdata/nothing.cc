int wmain() { return 7; }
