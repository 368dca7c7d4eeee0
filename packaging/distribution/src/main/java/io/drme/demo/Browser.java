package io.drme.demo;

import java.io.IOException;

/** Opens a page where there is a desktop; elsewhere the printed address has to do. */
final class Browser {
    private Browser() {}

    static void open(boolean wanted, String url) {
        if (!wanted
                || (System.getenv("DISPLAY") == null && System.getenv("WAYLAND_DISPLAY") == null)) {
            return;
        }
        try {
            new ProcessBuilder("xdg-open", url)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException _) {
            // no xdg-open: the address is printed anyway
        }
    }
}
