package io.drme.cloud.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * docs/drmectl.md has every command and option as the program has them. {@code -Ddrme.write=true}
 * writes the page anew.
 */
class DrmectlPageTest {
    private static final Path PAGE = Path.of("../docs/drmectl.md");

    private static final String HEAD =
            """
            # drmectl

            Asks a running centre, and does there what people do. The commands below are made from the program by a test; edit that instead. What the questions mean:
            [queries.md](queries.md); what the centre is: [cloud.md](cloud.md).

            **Which centre.** `--data DIR` on its own machine: it leaves its address and an administrator's token there. From elsewhere `--url` or the environment variable `DRME_URL`, and
            `DRME_TOKEN`, a token that `POST /api/v1/users/{name}/tokens` makes for a user. Of a cluster any member may be asked.

            **Output.** `-o table` for people, `-o json` (`{"items":[…]}`) and `-o csv` (RFC 4180, with a heading) for programs. JSON and CSV go out page by page, so that a long list is not held in memory; a
            table waits for its end. JSON of a list that fails halfway has no end, so that nobody takes it for the whole. Lists are read to their end, over as many pages as there are, up to `--limit`; where there are more, a line on the error output says so. What takes long says on the error
            output how far it is, where that is a terminal; it goes away at the end, so `drmectl … -o csv > file` stays clean.

            **Again and again.** `--watch`, or `--watch 10s`, asks until Ctrl-C. `drmectl watch` is something else: it prints values and alarms as they change.

            **Exit codes.** 0 done; 1 failed, and for `reconcile` not balanced or not verified, for deeds on alarms one that was not sent; 2 wrong usage, also where the centre does not know a parameter. Errors are
            one line: what, where, what was expected, what to do. `NO_COLOR` is heeded.

            **Completion.** `source <(drmectl generate-completion)` in bash or zsh; for all: `drmectl generate-completion > /etc/bash_completion.d/drmectl`.

            **Times** are RFC 3339, or so long ago: `-15m`, `-2h`, `-1d`. **Globs** (`--match`, `--site`): `*` within a segment, `**` any depth; `--site 'acme/**'` is also `acme` itself. In a shell they stand in quotes.

            """;

    @Test
    void thePageIsAsTheProgramIs() throws Exception {
        var page = page();
        if (Boolean.getBoolean("drme.write")) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE))
                .as("JOPTS=-Ddrme.write=true writes it anew")
                .isEqualTo(page);
    }

    // A script that bash can't read would break the shell of whoever sources it.
    @Test
    void completionIsBashAndKnowsEveryCommand() throws Exception {
        var out = new StringWriter();
        int code =
                Drmectl.run(
                        new PrintWriter(out),
                        new PrintWriter(new StringWriter()),
                        Map.of(),
                        "generate-completion");
        assertThat(code).isZero();
        var script = Files.createTempFile("drmectl", ".bash");
        Files.writeString(script, out.toString());
        var bash = new ProcessBuilder("bash", "-n", script.toString()).start();
        assertThat(bash.waitFor()).isZero();
        Files.delete(script);
        assertThat(out.toString())
                .contains(Drmectl.commands().getSubcommands().keySet())
                .contains("shelve");
    }

    private static String page() {
        var text = new StringBuilder(HEAD);
        var all = Drmectl.commands();
        text.append("## Everywhere\n\n");
        options(all, List.of(), text);
        for (var each : all.getSubcommands().values()) {
            var name = each.getCommandName();
            if (!name.equals("generate-completion")) {
                command(name, each, all, text);
            }
        }
        return text.toString().strip() + "\n";
    }

    private static void command(
            String name, CommandLine command, CommandLine above, StringBuilder text) {
        var usage = command.getCommandSpec().usageMessage();
        text.append("\n## ").append(name).append("\n\n");
        text.append(String.join(" ", usage.description())).append("\n\n");
        options(command, above.getCommandSpec().options(), text);
        text.append("\n```\n");
        for (var line : usage.footer()) {
            text.append(line.strip()).append('\n');
        }
        text.append("```\n");
        for (var below : command.getSubcommands().values()) {
            var deeper = name + " " + below.getCommandName();
            var own = below.getCommandSpec();
            text.append("\n**").append(deeper).append("**: ");
            text.append(String.join(" ", own.usageMessage().description())).append("\n\n");
            options(below, all(above, command), text);
        }
    }

    private static List<OptionSpec> all(CommandLine... above) {
        var options = new ArrayList<OptionSpec>();
        for (var command : above) {
            options.addAll(command.getCommandSpec().options());
        }
        return options;
    }

    /** A table of what a command takes beyond what those above it take. */
    private static void options(CommandLine command, List<OptionSpec> above, StringBuilder text) {
        var known = above.stream().map(OptionSpec::longestName).toList();
        var rows = new ArrayList<String>();
        for (PositionalParamSpec each : command.getCommandSpec().positionalParameters()) {
            rows.add(row("`%s`".formatted(each.paramLabel()), each));
        }
        for (OptionSpec each : command.getCommandSpec().options()) {
            boolean isNew = !known.contains(each.longestName()) && !each.hidden();
            if (isNew && !List.of("--help", "--version").contains(each.longestName())) {
                var label = each.arity().max() == 0 ? "" : " " + each.paramLabel();
                rows.add(row("`%s%s`".formatted(each.longestName(), label), each));
            }
        }
        if (!rows.isEmpty()) {
            text.append("| | |\n| --- | --- |\n");
            rows.forEach(text::append);
        }
    }

    private static String row(String name, ArgSpec spec) {
        var words =
                String.join(" ", spec.description())
                        .replace("${DEFAULT-VALUE}", String.valueOf(spec.defaultValue()));
        if (spec instanceof OptionSpec option) {
            words = words.replace("${FALLBACK-VALUE}", option.fallbackValue());
        }
        return "| %s | %s%s |\n"
                .formatted(
                        name.replace("|", "\\|"),
                        words.replace("|", "\\|"),
                        spec.required() ? " Needed." : "");
    }
}
