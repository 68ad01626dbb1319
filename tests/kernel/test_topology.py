"""The line about nodes, from the SRAT."""


def memory(name, size):
    return ["--qemu-arg", "-object", "--qemu-arg", f"memory-backend-ram,id={name},size={size}"]


def node(words):
    return ["--qemu-arg", "-numa", "--qemu-arg", words]


def test_two_nodes(boot):
    extra = [*memory("a", "160M"), *memory("b", "96M")]
    extra += [*node("node,nodeid=0,cpus=0,memdev=a"), *node("node,nodeid=1,cpus=1-2,memdev=b")]
    result = boot("true", cpus=3, extra=extra)
    assert result.status == 0, result
    assert "topology: 2 nodes: 0: 1 CPUs 159 MiB, 1: 2 CPUs 96 MiB\n" in result.log


def test_no_nodes(boot):
    assert "topology:" not in boot("true").log
