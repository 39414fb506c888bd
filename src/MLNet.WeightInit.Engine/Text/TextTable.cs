using System.Text;

namespace MLNet.WeightInit.Engine.Text;

/// <summary>A table as aligned text or as Markdown. The first column is aligned left; cells that start with a digit, sign or bracket to the right.</summary>
internal sealed class TextTable(params string[] header)
{
    const string Gap = "...";

    readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>A row that says that others are left out.</summary>
    public void AddGap() => _rows.Add([Gap, .. Enumerable.Repeat("", header.Length - 1)]);

    /// <summary>Columns two blanks apart, or one where the line would be longer than <paramref name="width"/>; too long cells of the widest text column are cut.</summary>
    public void AppendText(StringBuilder text, int width)
    {
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(column => _rows.Append(header).Max(row => row[column].Length))];
        int space = widths.Sum() + 2 * (header.Length - 1) <= width ? 2 : 1;
        int excess = widths.Sum() + space * (header.Length - 1) - width;
        if (excess > 0)
        {
            int widest = Array.IndexOf(widths, widths.Max());
            widths[widest] = Math.Max(8, widths[widest] - excess);
        }
        foreach (string[] row in _rows.Prepend(header))
        {
            var line = new StringBuilder();
            for (int column = 0; column < row.Length; column++)
            {
                string cell = Fit(row[column], widths[column]);
                line.Append(column == 0 ? "" : new string(' ', space)).Append(IsText(column) ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            }
            text.Append(line.ToString().TrimEnd()).Append('\n');
        }
    }

    public void AppendMarkdown(StringBuilder text)
    {
        AppendMarkdownRow(text, header);
        text.Append('|');
        for (int column = 0; column < header.Length; column++)
            text.Append(IsText(column) ? " :-- |" : " --: |");
        text.Append('\n');
        foreach (string[] row in _rows)
            AppendMarkdownRow(text, row);
    }

    /// <summary>Breaks a paragraph at blanks; lines after the first start with blanks.</summary>
    public static void AppendWrapped(StringBuilder text, string paragraph, int width, int indent)
    {
        int column = 0;
        string margin = paragraph[..(paragraph.Length - paragraph.TrimStart().Length)];
        text.Append(margin);
        column += margin.Length;
        bool isFirst = true;
        foreach (string word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isFirst && column + 1 + word.Length > width)
            {
                text.Append('\n').Append(' ', indent);
                column = indent;
                isFirst = true;
            }
            if (!isFirst)
                text.Append(' ');
            text.Append(word);
            column += word.Length + (isFirst ? 0 : 1);
            isFirst = false;
        }
        text.Append('\n');
    }

    static void AppendMarkdownRow(StringBuilder text, string[] row)
    {
        text.Append('|');
        foreach (string cell in row)
            text.Append(' ').Append(cell.Replace("|", "\\|", StringComparison.Ordinal)).Append(" |");
        text.Append('\n');
    }

    static string Fit(string cell, int width) => cell.Length <= width ? cell : cell[..(width - Gap.Length)] + Gap;

    bool IsText(int column) => column == 0 || _rows.Any(row => row[column].Length > 0 && char.IsAsciiLetter(row[column][0]) && row[column] is not ("NaN" or "infinity"));
}
