package io.drme.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Three networks and a router between them, as network namespaces of the kernel: what happens in
 * them is seen by nobody else. Each has one machine, 10.77.N.2, and can be cut from each other in
 * either direction; packets then vanish without an answer. Needs root.
 */
final class Networks implements AutoCloseable {
    private static final int LIMIT_SECONDS = 20;
    private static final int COUNT = 3;
    private final String prefix = "drme" + ProcessHandle.current().pid();

    private Networks() {}

    /** Makes them; the exception says why that is not possible here. */
    static Networks make() throws IOException, InterruptedException {
        var networks = new Networks();
        boolean made = false;
        try {
            networks.makeAll();
            made = true;
            return networks;
        } finally {
            if (!made) {
                networks.close();
            }
        }
    }

    private void makeAll() throws IOException, InterruptedException {
        ip("netns", "add", router());
        ip("-n", router(), "link", "set", "lo", "up");
        run(List.of("ip", "netns", "exec", router(), "sysctl", "-qw", "net.ipv4.ip_forward=1"));
        for (int i = 0; i < COUNT; i++) {
            var name = name(i);
            var port = "drme-" + i;
            ip("netns", "add", name);
            ip("-n", name, "link", "set", "lo", "up");
            ip("link", "add", port, "netns", router(), "type", "veth", "peer", "e0", "netns", name);
            ip("-n", router(), "addr", "add", "10.77.%d.1/24".formatted(i), "dev", port);
            ip("-n", router(), "link", "set", port, "up");
            ip("-n", name, "addr", "add", address(i) + "/24", "dev", "e0");
            ip("-n", name, "link", "set", "e0", "up");
            ip("-n", name, "route", "add", "default", "via", "10.77.%d.1".formatted(i));
        }
    }

    private String router() {
        return prefix + "-router";
    }

    private String name(int number) {
        return prefix + "-" + number;
    }

    /** The address of the machine in a network. */
    static String address(int number) {
        return "10.77.%d.2".formatted(number);
    }

    /** What runs a program in a network. */
    List<String> within(int number) {
        return List.of("ip", "netns", "exec", name(number));
    }

    /** From now on nothing of one network comes to the other; the other direction stays. */
    void cut(int from, int to) throws IOException, InterruptedException {
        ip("-n", router(), "rule", "add", "from", address(from), "to", address(to), "blackhole");
    }

    void mend(int from, int to) throws IOException, InterruptedException {
        ip("-n", router(), "rule", "del", "from", address(from), "to", address(to), "blackhole");
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        var command = new java.util.ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        run(command);
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }

    @Override
    public void close() throws IOException {
        for (var name : List.of(name(0), name(1), name(2), router())) {
            try {
                run(List.of("ip", "netns", "del", name));
            } catch (IOException _) {
                // it was not made
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
