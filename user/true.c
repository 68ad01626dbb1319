// The smallest program: it ends well.
int main(void)
{
	return 0;
}
