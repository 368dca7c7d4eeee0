package io.drme.edge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code tags: {file: tags/press.csv}}: a register map as a spreadsheet gives it. */
class TagFileTest {
    private static final String TOP =
            """
            gateway: {id: g}
            devices:
              press: {driver: modbus, url: "tcp://h", tags: {file: tags/press.csv}}
            """;

    @TempDir private Path temp;

    private ConfigFolder folder;

    @BeforeEach
    void startWithTheTopFile() throws Exception {
        folder = new ConfigFolder(temp).with("gateway.yaml", TOP);
    }

    private ConfigFolder csv(String text) throws Exception {
        return folder.with("tags/press.csv", text);
    }

    private List<String> names() throws Exception {
        return folder.device("press").tags().stream().map(t -> t.name().text()).toList();
    }

    @Test
    void eachRowIsATagWithTheKeysOfItsColumns() throws Exception {
        csv(
                """
                name,address,type,order,unit,range,deadband,poll
                oil/temperature,holding:200,float32,cdab,Cel,0..150,0.2,5s
                running,coil:0,,,,,,
                """);

        var oil = folder.tag("press/oil/temperature");
        assertThat(List.of(oil.unit(), oil.low(), oil.high(), oil.deadband(), oil.poll()))
                .isEqualTo(List.of("Cel", 0.0, 150.0, 0.2, Duration.ofSeconds(5)));
        assertThat(oil.address()).hasToString("holding:200");
        assertThat(folder.tag("press/running").unit()).isEmpty();
    }

    @Test
    void aFileFromExcelIsReadAsItIs() throws Exception {
        csv(
                "\uFEFFname, address ,type,unit\r\na,holding:1,int16,\"m/s, mean\"\r\n\r\nb,coil:1\r\n");

        assertThat(names()).containsExactly("press/a", "press/b");
        assertThat(folder.tag("press/a").unit()).isEqualTo("m/s, mean");
    }

    @Test
    void quotesInAQuotedCellStandTwice() throws Exception {
        csv("name,address,unit\na,coil:1,\"2\"\"\"\n");

        assertThat(folder.tag("press/a").unit()).isEqualTo("2\"");
    }

    // Siemens' node ids have quotes in their midst; a spreadsheet that does not quote such a cell
    // means them literally.
    @ParameterizedTest
    @ValueSource(strings = {"ns=3;s=\"DB\".\"Oil\"", "\"ns=3;s=\"\"DB\"\".\"\"Oil\"\"\""})
    void quotesInTheMidstOfACellAreText(String cell) throws Exception {
        folder.with(
                "gateway.yaml", TOP.replace("modbus", "opcua").replace("tcp://h", "opc.tcp://h"));
        csv("name,address\noil,%s\n".formatted(cell));

        assertThat(folder.tag("press/oil").address())
                .asString()
                .contains("node=ns=3;s=\"DB\".\"Oil\",");
    }

    @Test
    void namesOfValuesAndListsOfInvalidCodesAreWrittenWithSemicolons() throws Exception {
        csv(
                """
                name,address,type,enum,invalid
                state,holding:1,uint16,0=off; 1: on\\; hot,
                level,holding:2,uint16,,0xFFFF; 0x8000
                one,holding:3,uint16,,0xFFFF
                """);
        folder.with(
                "yaml.yaml",
                """
                gateway: {id: g}
                devices:
                  press:
                    driver: modbus
                    url: "tcp://h"
                    tags:
                      state: {address: "holding:1", type: uint16, enum: {0: "off", 1: "on; hot"}}
                      level: {address: "holding:2", type: uint16, invalid: [0xFFFF, 0x8000]}
                      one: {address: "holding:3", type: uint16, invalid: [0xFFFF]}
                """);

        assertThat(folder.device("press"))
                .isEqualTo(
                        new GatewayConfigReader(List.of())
                                .read(folder.file("yaml.yaml"))
                                .devices()
                                .getFirst());
    }

    @Test
    void aProfileMayHaveItsTagsInAFileWithParameters() throws Exception {
        folder.with(
                "gateway.yaml",
                """
                gateway: {id: g}
                profiles: {p: {driver: modbus, tags: {file: tags/press.csv}}}
                devices: {press: {profile: p, url: "tcp://h", with: {base: 100}}}
                """);
        csv("name,address\na,coil:${base + 1}\n");

        assertThat(folder.tag("press/a").address()).hasToString("coil:101");
    }

    @Test
    void aFileNamedInAnIncludedFileLiesBesideThatFile() throws Exception {
        folder.with("gateway.yaml", "gateway: {id: g}\ninclude: [conf.d/*.yaml]\n")
                .with("conf.d/press.yaml", TOP.lines().skip(1).reduce("", (a, l) -> a + l + "\n"))
                .with("conf.d/tags/press.csv", "name,address\na,coil:1\n");

        assertThat(names()).containsExactly("press/a");
    }

    @Test
    void aMissingFileIsShownWhereItIsNamed() {
        assertThat(folder.problems())
                .contains(
                        "gateway.yaml:3: devices.press.tags: there is no file tags/press.csv; the path is taken from where this file lies");
    }

    /** The device has no tags then, but that is the same mistake, not a second one. */
    @Test
    void whatFollowsFromAMissingFileIsNotSaidToo() {
        assertThat(folder.problems()).hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a bad address     | name,address/a,coil:1/b,coil:x        | tags/press.csv:3: devices.press.tags.b.address: 'coil:x' is not an address
                    no name           | name,address/,coil:1/b,coil:2         | tags/press.csv:2: devices.press.tags: the row has no name; fill the column 'name'
                    a name twice      | name,address/a,coil:1/a,coil:2        | tags/press.csv:3: devices.press.tags.a: stands twice in this file; remove one
                    too many cells    | name,address/a,coil:1,m,s             | tags/press.csv:2: devices.press.tags: the row has 4 cells, the first row only 2; put text with commas in quotes
                    semicolons        | name;address/a;coil:1                 | tags/press.csv:1: devices.press.tags: the columns are parted by ';'; save the file with commas
                    no column name    | tag,address/a,coil:1                  | tags/press.csv:1: devices.press.tags: the first row names no column 'name'; it must name the columns, such as
                    a column twice    | name,address,address/a,coil:1,coil:2  | tags/press.csv:1: devices.press.tags.address: the column 'address' stands twice; remove one
                    an open quote     | name,address,unit/a,coil:1,"m         | tags/press.csv:2: devices.press.tags: a quote is not closed in this row; add the second '"'
                    text behind quotes | name,address,unit/a,coil:1,"m"m       | tags/press.csv:2: devices.press.tags: in cell 3 of this row 'm' follows the closing quote; put the whole cell in quotes and write each quote in it twice
                    an enum's form    | name,address,type,enum/a,holding:1,int16,on | tags/press.csv:2: devices.press.tags.a.enum: 'on' is not codes with their names; write them as 0=stopped; 1=running
                    a bad range       | name,address,type,range/a,holding:1,int16,9..1 | tags/press.csv:2: devices.press.tags.a.range: [9, 1] is not [low, high]
                    """)
    void aMistakeNamesFileRowAndRemedy(String what, String rows, String problem) throws Exception {
        csv(rows.replaceAll("/(?=[ab,])", "\n"));

        assertThat(folder.problems()).as(what).singleElement().asString().startsWith(problem);
    }

    /** A thousand rows with one mistyped column are one mistake. */
    @Test
    void anUnknownColumnIsOneProblemInTheFirstRow() throws Exception {
        csv("name,address,unti\na,coil:1,m\nb,coil:2,m\nc,coil:3,m\n");

        assertThat(folder.problems())
                .singleElement()
                .asString()
                .startsWith(
                        "tags/press.csv:1: devices.press.tags.a.unti: is not a known key (did you mean 'unit'?)");
    }

    @Test
    void whatIsNotUtf8IsSaid() throws Exception {
        csv("");
        folder.with(
                "tags/press.csv",
                "name,address,unit\na,coil:1,°C\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(folder.problems())
                .containsExactly(
                        "tags/press.csv:1: devices.press.tags: the file is not UTF-8 text; save it as CSV UTF-8");
    }

    @Test
    void anEmptyFileIsSaid() throws Exception {
        csv("");

        assertThat(folder.problems())
                .singleElement()
                .asString()
                .startsWith(
                        "tags/press.csv:1: devices.press.tags: the first row names no column 'name'");
    }
}
