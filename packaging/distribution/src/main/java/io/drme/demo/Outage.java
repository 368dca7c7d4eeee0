package io.drme.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * What goes wrong in {@code --story outage}, by the second: the line is cut for 20 s, in the middle
 * of which the agent is killed; then the press says nothing for 10 s.
 */
final class Outage {
    private static final long CUT = 10;
    private static final long KILL = 20;
    private static final long MEND = 30;
    private static final long SILENCE = 36;
    private static final Duration SILENT_FOR = Duration.ofSeconds(10);

    private final Demo demo;
    private final PrintWriter out;
    private long told = -1;

    Outage(Demo demo, PrintWriter out) {
        this.demo = demo;
        this.out = out;
    }

    /** Does what is due up to this second. */
    void at(long second) throws IOException, InterruptedException {
        if (due(second, CUT)) {
            out.println("       the line to the centre is cut; the gateway goes on alone");
            demo.cutLine();
        }
        if (due(second, KILL)) {
            out.println("       the agent is killed (kill -9) and starts again");
            demo.killAgent();
        }
        if (due(second, MEND)) {
            out.println("       the line is back; the backlog drains behind the live data");
            demo.mendLine();
        }
        if (due(second, SILENCE)) {
            out.println(
                    "       the press says nothing for %d s; its gap will say why"
                            .formatted(SILENT_FOR.toSeconds()));
            demo.silencePress(SILENT_FOR);
        }
        told = second;
    }

    private boolean due(long second, long at) {
        return told < at && second >= at;
    }
}
