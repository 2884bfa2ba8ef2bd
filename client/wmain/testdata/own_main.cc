// Its own main is the one that runs.
int wmain(int, wchar_t**) { return 1; }

int main() { return 7; }
