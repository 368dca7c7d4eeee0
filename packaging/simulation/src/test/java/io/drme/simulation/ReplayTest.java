package io.drme.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.simulation.Simulation.Setting;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who finds a failure in a log of the night sees the same again with the command that it names. */
class ReplayTest {
    private static final String COMMAND = "./drme simulate ";

    private record Run(int status, String out, String err) {}

    private static Run run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int status =
                Main.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new Run(status, out.toString(), err.toString());
    }

    private static String line(String text, String start) {
        return text.lines().filter(l -> l.startsWith(start)).findFirst().orElseThrow();
    }

    @Test
    void theCommandThatAFailureNamesFailsAlike() {
        var first = Simulation.run(new Setting(2, WorldSize.SMALL, PlantedBug.ALARM_TWICE), null);
        var report = first.report();
        var replay = line(report, "replay: ").substring("replay: ".length());
        assertThat(replay).startsWith(COMMAND);

        var again = run(replay.substring(COMMAND.length()).split(" "));

        assertThat(again.status).isEqualTo(1);
        for (var start : List.of("does not hold: ", "seed 2, digest ", "replay: ")) {
            assertThat(line(again.err, start)).isEqualTo(line(report, start));
        }
        assertThat(again.err).isEqualToIgnoringNewLines(report);
    }

    // As above where nothing is planted: the command has no more to it than seed and world.
    @Test
    void theCommandOfAWorldAsItIsRunsThatWorld() {
        var setting = new Setting(3, WorldSize.SMALL, PlantedBug.NONE);
        assertThat(setting.replay()).isEqualTo("./drme simulate --seeds 3-3 --world small");
        var result = Simulation.run(setting, null);
        var again = run("--seeds", "3-3", "--world", "small");
        assertThat(again.status).isZero();
        assertThat(again.out).contains("digest " + result.digest());
    }

    @Test
    void aWrongWordIsExplained() {
        var wrong = run("--bug", "watermelon");
        assertThat(wrong.status).isEqualTo(2);
        assertThat(wrong.err).contains("--bug takes one of none, receipt-before-commit");
    }
}
