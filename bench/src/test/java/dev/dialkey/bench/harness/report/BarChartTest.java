package dev.dialkey.bench.harness.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dialkey.bench.harness.report.BarChart.Bar;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class BarChartTest {

  @Test
  void barsAreAsLongAsTheirValues() throws Exception {
    List<Double> widths =
        widths(BarChart.svg("t", List.of(bar("a", 1.5), bar("b", 3), bar("c", 2))));
    assertThat(widths.get(0) / widths.get(1)).isCloseTo(0.5, within(0.001));
    assertThat(widths.get(2) / widths.get(1)).isCloseTo(2.0 / 3, within(0.001));
  }

  @Test
  void aBarThatWouldDwarfTheOthersIsCutAndSaysSo() throws Exception {
    String svg = BarChart.svg("t", List.of(bar("raw", 1.4), bar("slow", 52), bar("mid", 2.8)));
    List<Double> widths = widths(svg);
    assertThat(widths.get(0) / widths.get(2)).isCloseTo(0.5, within(0.001));
    assertThat(widths.get(1)).isEqualTo(widths.get(2));
    assertThat(texts(svg)).contains("52.0 (bar cut)", "2.80");
  }

  @Test
  void namesAreEscaped() throws Exception {
    assertThat(texts(BarChart.svg("a < b & c", List.of(bar("<x>", 1)))))
        .contains("a < b & c", "<x>");
  }

  @Test
  void everythingLiesInsideOfThePicture() throws Exception {
    Document document = parse(BarChart.svg("t", List.of(new Bar("a", 1, 0.5, 9), bar("b", 2))));
    double width = Double.parseDouble(document.getDocumentElement().getAttribute("width"));
    double height = Double.parseDouble(document.getDocumentElement().getAttribute("height"));
    NodeList texts = document.getElementsByTagName("text");
    for (int index = 0; index < texts.getLength(); index++) {
      Element text = (Element) texts.item(index);
      assertThat(Double.parseDouble(text.getAttribute("x"))).isBetween(0.0, width - 80);
      assertThat(Double.parseDouble(text.getAttribute("y"))).isBetween(0.0, height);
    }
  }

  private static Bar bar(String label, double value) {
    return new Bar(label, value, value, value);
  }

  private static List<Double> widths(String svg) throws Exception {
    List<Double> widths = new ArrayList<>();
    NodeList bars = parse(svg).getElementsByTagName("rect");
    for (int index = 0; index < bars.getLength(); index++) {
      widths.add(Double.parseDouble(((Element) bars.item(index)).getAttribute("width")));
    }
    return widths;
  }

  private static List<String> texts(String svg) throws Exception {
    List<String> texts = new ArrayList<>();
    NodeList nodes = parse(svg).getElementsByTagName("text");
    for (int index = 0; index < nodes.getLength(); index++) {
      texts.add(nodes.item(index).getTextContent());
    }
    return texts;
  }

  private static Document parse(String svg) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
  }
}
