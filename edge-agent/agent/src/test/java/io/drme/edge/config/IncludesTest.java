package io.drme.edge.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.InvalidConfigException;
import io.drme.driver.DeviceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code include: [conf.d/*.yaml]} keeps a large gateway.yaml small. */
class IncludesTest {
    private static final String TOP = "gateway: {id: g}\ninclude: [conf.d/*.yaml]\n";

    @TempDir private Path temp;

    private ConfigFolder folder;

    @BeforeEach
    void startWithTheTopFile() throws Exception {
        folder = new ConfigFolder(temp).with("gateway.yaml", TOP);
    }

    private static String device(String name) {
        return "devices:\n  %s: {driver: modbus, url: \"tcp://h\", tags: {t: {address: \"coil:1\"}}}\n"
                .formatted(name);
    }

    private static java.util.List<String> names(GatewayConfig config) {
        return config.devices().stream().map(DeviceSpec::name).toList();
    }

    @Test
    void sectionsOfAllFilesAreJoinedInTheOrderOfTheirNames() throws Exception {
        folder.with("conf.d/20-oven.yaml", device("oven"))
                .with("conf.d/10-press.yaml", device("press"))
                .with("conf.d/30-store.yaml", "store: {keep: 1d}\n")
                .with("conf.d/notes.txt", "not read");

        assertThat(names(folder.read())).containsExactly("press", "oven");
        assertThat(folder.read().store().keep()).hasDays(1);
    }

    @Test
    void whatIsIncludedMayUseWhatAnotherFileDefines() throws Exception {
        folder.with(
                        "conf.d/a-devices.yaml",
                        "devices: {press: {profile: p, url: \"tcp://h\", with: {base: 7}}}")
                .with(
                        "conf.d/b-profiles.yaml",
                        "profiles: {p: {driver: modbus, tags: {t: {address: \"coil:${base}\"}}}}");

        assertThat(folder.tag("press/t").address()).hasToString("coil:7");
    }

    @Test
    void oneNameInTwoFilesIsRefusedWithBothPlaces() throws Exception {
        folder.with("conf.d/a.yaml", device("press")).with("conf.d/b.yaml", device("press"));

        assertThat(folder.problems())
                .containsExactly(
                        "conf.d/b.yaml:2: devices.press: stands already at conf.d/a.yaml:2; remove one"
                                .replace("at conf.d", "at " + temp + "/conf.d")
                                .replace(temp + "/", ""));
    }

    @Test
    void aSectionOfSingleKeysIsJoinedKeyByKey() throws Exception {
        folder.with("conf.d/a.yaml", "store: {keep: 1d}\n" + device("press"))
                .with("conf.d/b.yaml", "\nstore: {keep: 2d}\n");

        assertThat(folder.problems())
                .singleElement()
                .asString()
                .startsWith("conf.d/b.yaml:2: store.keep: stands already at");
    }

    @Test
    void aMistakeIsShownInTheFileAndLineWhereItStands() throws Exception {
        folder.with("conf.d/a.yaml", "\n\n" + device("press").replace("coil:1", "coil:x"));

        assertThat(folder.problems())
                .singleElement()
                .asString()
                .startsWith("conf.d/a.yaml:4: devices.press.tags.t.address: 'coil:x' is not");
    }

    @Test
    void brokenYamlInAnIncludedFileIsShownThere() throws Exception {
        folder.with("conf.d/a.yaml", device("press")).with("conf.d/b.yaml", "store: {keep\n");

        assertThat(folder.problems())
                .singleElement()
                .asString()
                .startsWith("conf.d/b.yaml:2: not readable as YAML");
    }

    @Test
    void aGlobMayMatchNothing() throws Exception {
        Files.createDirectory(folder.file("conf.d"));

        assertThat(folder.read().devices()).isEmpty();
    }

    @Test
    void aFileThatIsNamedMustBeThere() throws Exception {
        folder.with("gateway.yaml", "gateway: {id: g}\ninclude: [press.yaml]\n");

        assertThat(folder.problems())
                .containsExactly("gateway.yaml:2: include: there is no file 'press.yaml'");
    }

    @Test
    void aFolderThatIsNamedMustBeThere() {
        assertThat(folder.problems())
                .containsExactly(
                        "gateway.yaml:2: include: 'conf.d/*.yaml': there is no folder conf.d; make it, or remove this line");
    }

    @Test
    void aFileThatTwoPatternsNameIsReadOnceAndTheTopFileNotAgain() throws Exception {
        folder.with("gateway.yaml", "gateway: {id: g}\ninclude: [press.yaml, '*.yaml']\n")
                .with("press.yaml", device("press"));

        assertThat(names(folder.read())).containsExactly("press");
    }

    @Test
    void onlyTheTopFileIncludes() throws Exception {
        folder.with("conf.d/a.yaml", device("press") + "include: [more.yaml]\n");

        assertThat(folder.problems())
                .containsExactly(
                        "conf.d/a.yaml:3: include: stands in a file that is itself included; move it to the top file");
    }

    @Test
    void aMappingIsNoListOfFiles() throws Exception {
        folder.with("gateway.yaml", "gateway: {id: g}\ninclude: {a: b}\n");

        assertThat(folder.problems())
                .containsExactly(
                        "gateway.yaml:2: include: expected a list of files, such as [conf.d/*.yaml]");
    }

    /** last-good.yaml stands alone: the agent starts on it also when conf.d is gone. */
    @Test
    void whatRunsIsKeptAsOneFileThatReadsBackTheSame() throws Exception {
        folder.with(
                        "conf.d/a.yaml",
                        device("press").replace("{t: {", "{\"t\": {unit: \"°\\\"C\", "))
                .with("conf.d/tags.csv", "name,address\nu,coil:2\n")
                .with(
                        "conf.d/b.yaml",
                        "devices: {oven: {driver: modbus, url: \"tcp://h\", tags: {file: tags.csv}}}");
        var config = folder.read();
        var whole = Files.createDirectory(temp.resolve("whole"));
        var alone = new ConfigFolder(whole).with("gateway.yaml", config.source().yaml());

        assertThat(alone.read().devices()).isEqualTo(config.devices());
        assertThat(alone.read().source().hash()).isEqualTo(config.source().hash());
    }

    @Test
    void anEmptyFileAmongThemIsSaid() throws InvalidConfigException, java.io.IOException {
        folder.with("conf.d/a.yaml", "# nothing yet\n").with("conf.d/b.yaml", device("press"));

        assertThat(folder.problems())
                .containsExactly("conf.d/a.yaml:1: the file is empty; expected keys and values");
    }
}
