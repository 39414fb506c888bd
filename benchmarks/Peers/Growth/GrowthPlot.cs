using System.Text;
using System.Text.RegularExpressions;
using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Peers.Growth;

/// <summary>A series as two plots side by side, time and memory, both axes logarithmic: an exponent is a slope.</summary>
static partial class GrowthPlot
{
    const int Width = 1000, Height = 400;
    const string FontName = "DejaVu Sans";

    static readonly Color s_measured = Colors.C0, s_model = Colors.C1, s_floor = Colors.Gray;

    /// <summary>Writes <c>growth-NAME.svg</c>.</summary>
    public static void Save(MeasuredSeries series, string folder)
    {
        Directory.CreateDirectory(folder);
        double[] sizes = [.. series.Series.Points.Select(point => (double)point.Size)];
        var plots = new Multiplot();
        plots.AddPlots(2);
        plots.Layout = new ScottPlot.MultiplotLayouts.Columns();
        Draw(plots.GetPlot(0), $"{series.Series.Name} ({series.Series.Fixed})", $"time of {series.Series.Unit}, µs", sizes, series.Time, series.Floor, scale: 1e6);
        Draw(plots.GetPlot(1), series.Series.Name, "memory, KB", sizes, series.Memory, floor: null, scale: 1.0 / 1024);
        File.WriteAllText(Path.Combine(folder, $"growth-{series.Series.Name}.svg"), Svg(plots));
    }

    /// <summary>A single plot can save itself as SVG, several beside each other can only be drawn.</summary>
    static string Svg(Multiplot plots)
    {
        using var stream = new MemoryStream();
        using (SKCanvas canvas = SKSvgCanvas.Create(SKRect.Create(Width, Height), stream))
            plots.Render(canvas, new PixelRect(0, Width, Height, 0));
        return Portable(Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>Lets the reader's browser space letters by the font that it has: Skia writes a place for each, and a comma after the last, which not every browser reads.</summary>
    static string Portable(string svg)
        => FirstOfPlaces().Replace(svg, "$1=\"$2\"").Replace($"font-family=\"{FontName}\"", $"font-family=\"{FontName}, Verdana, sans-serif\"", StringComparison.Ordinal);

    [GeneratedRegex("\\b(x|y)=\"([-.0-9]+), [^\"]*\"")]
    private static partial Regex FirstOfPlaces();

    static void Draw(Plot plot, string horizontal, string vertical, double[] sizes, Curve curve, double[]? floor, double scale)
    {
        if (floor is not null)
            Line(floor, "floor: peak and bandwidth", s_floor, LinePattern.Dotted);
        Line(curve.Model, "model", s_model, LinePattern.Solid);
        var points = plot.Add.ScatterPoints(Logarithms(sizes, 1), Logarithms(curve.Measured, scale));
        points.LegendText = "measured";
        points.Color = s_measured;
        points.MarkerSize = 9;
        UseDecades(plot.Axes.Bottom);
        UseDecades(plot.Axes.Left);
        plot.XLabel(horizontal);
        plot.YLabel(vertical);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.Font.Set(FontName);
        // Whole decades, so that even a short range has two labels; room at the right for half a label.
        double[] all = [.. curve.Measured, .. curve.Model, .. floor ?? []];
        plot.Axes.Margins(horizontal: 0.1, vertical: 0);
        plot.Axes.SetLimitsY(Math.Floor(Math.Log10(all.Min() * scale)), Math.Ceiling(Math.Log10(all.Max() * scale)));

        void Line(double[] values, string name, Color color, LinePattern pattern)
        {
            var line = plot.Add.ScatterLine(Logarithms(sizes, 1), Logarithms(values, scale));
            line.LegendText = name;
            line.Color = color;
            line.LineWidth = 2;
            line.LinePattern = pattern;
        }
    }

    static double[] Logarithms(double[] values, double scale) => [.. values.Select(value => Math.Log10(value * scale))];

    /// <summary>Ticks at powers of ten, minor ones at the multiples between.</summary>
    static void UseDecades(IAxis axis)
        => axis.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true, MinorTickGenerator = new LogDecadeMinorTickGenerator(), LabelFormatter = exponent => $"{Math.Pow(10, exponent):N0}" };
}
