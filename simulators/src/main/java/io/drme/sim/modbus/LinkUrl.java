package io.drme.sim.modbus;

import io.drme.sim.Listen;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where a Modbus device is, or where one is played: exactly one of address and port.
 *
 * @param frames how messages lie in bytes there
 */
record LinkUrl(Frames frames, Optional<InetSocketAddress> address, Optional<SerialPath> serial) {
    static final String EXPECTED =
            "a URL such as tcp://10.0.0.5:502, rtu-tcp://10.0.0.5:4001 or "
                    + "rtu:///dev/ttyUSB0?baud=19200";

    private static final int DEFAULT_PORT = 502;

    /** Reads the URL of a device; nothing where it is none. */
    static Optional<LinkUrl> parse(String url) {
        return switch (Listen.scheme(url)) {
            case "tcp" -> at(Frames.TCP, withPort(Listen.rest(url)));
            case "rtu-tcp" -> at(Frames.RTU, withPort(Listen.rest(url)));
            case "rtu" ->
                    SerialPath.parse(url)
                            .map(path ->
                                    new LinkUrl(Frames.RTU, Optional.empty(), Optional.of(path)));
            default -> Optional.empty();
        };
    }

    private static String withPort(String rest) {
        var authority = rest.replaceFirst("/+$", "");
        return authority.matches(".*:[0-9]+") ? authority : authority + ":" + DEFAULT_PORT;
    }

    /** Reads where to listen: {@code host:port}, a port, or a URL of the same frames. */
    static Optional<LinkUrl> listen(String text, Frames frames) {
        return Listen.scheme(text).isEmpty()
                ? at(frames, text)
                : parse(text).filter(url -> url.frames() == frames);
    }

    private static Optional<LinkUrl> at(Frames frames, String address) {
        return Listen.parse(address)
                .map(a -> new LinkUrl(frames, Optional.of(a), Optional.empty()));
    }

    /** The form that {@link #parse} reads, at an address. */
    String text(InetSocketAddress at) {
        return serial.map(SerialPath::url)
                .orElse((frames == Frames.TCP ? "tcp://" : "rtu-tcp://") + Listen.text(at));
    }
}
