using System.Globalization;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Numbers as people read them: three significant digits, invariant culture, plain ASCII.</summary>
internal static class NumberText
{
    /// <summary><c>0</c>, <c>1.00</c>, <c>0.0123</c>, <c>1,234</c>, <c>2.4e-5</c>, <c>NaN</c>.</summary>
    public static string Format(double value)
    {
        double size = Math.Abs(value);
        string format = size switch
        {
            _ when !double.IsFinite(value) => "",
            0 => "0",
            < 0.01 or >= 1e5 => "0.0e0",
            < 0.1 => "0.0000",
            < 1 => "0.000",
            < 10 => "0.00",
            < 100 => "0.0",
            _ => "#,0",
        };
        if (format.Length == 0)
            return double.IsNaN(value) ? "NaN" : value > 0 ? "infinity" : "-infinity";
        return size == 0 ? format : value.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary><c>31 %</c>; one decimal below 10 % where it isn't whole.</summary>
    public static string Percent(double share)
    {
        if (double.IsNaN(share))
            return "NaN";
        double percent = share * 100;
        return percent switch
        {
            0 => "0 %",
            < 0.1 => "<0.1 %",
            < 10 => percent.ToString("0.#", CultureInfo.InvariantCulture) + " %",
            >= 99.5 and < 100 => ">99 %",
            _ => percent.ToString("0", CultureInfo.InvariantCulture) + " %",
        };
    }

    /// <summary><c>1 unit</c>, <c>1,200 units</c>.</summary>
    public static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {what}{(count == 1 ? "" : "s")}");

    /// <summary>Two significant digits: <c>1.3x</c>, <c>41,000x</c>, <c>2.0e12x</c>; <c>to nothing</c> for an infinite factor.</summary>
    public static string Factor(double factor)
    {
        if (double.IsNaN(factor))
            return "by an unknown factor";
        if (double.IsInfinity(factor))
            return "to nothing";
        if (factor >= 1e6)
            return factor.ToString("0.0e0", CultureInfo.InvariantCulture) + "x";
        double rounded = double.Parse(factor.ToString("E1", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return rounded.ToString(rounded < 10 ? "0.0" : "#,0", CultureInfo.InvariantCulture) + "x";
    }
}
