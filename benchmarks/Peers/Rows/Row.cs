namespace Peers.Rows;

/// <summary>One line of the table.</summary>
/// <param name="Work">What is timed.</param>
/// <param name="Against">The peer or the limit.</param>
/// <param name="Unit">Whether <paramref name="Figure"/> is a factor or a share.</param>
/// <param name="Goal">What is aimed at.</param>
/// <param name="Gate">What it must never be below.</param>
/// <param name="Figure">How many times as fast as the peer, or the share of the limit; null where it wasn't measured.</param>
/// <param name="Details">The times behind the figure, or why there are none.</param>
sealed record Row(string Work, string Against, Unit Unit, double Goal, double Gate, double? Figure, string Details)
{
    public bool FallsShort => Figure < Gate;

    string Verdict => Figure is null ? "not measured" : FallsShort ? "**below the gate**" : Figure < Goal ? "above the gate" : "goal reached";

    public override string ToString() => $"| {Work} | {Against} | {(Figure is { } figure ? Format(figure) : "–")} | {Format(Goal)} | {Format(Gate)} | {Verdict} | {Details} |";

    string Format(double figure) => Unit == Unit.Factor ? $"{figure:F2} ×" : $"{100 * figure:F1} %";
}
