namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>Errors of floats against numbers in double precision.</summary>
internal static class ErrorUnits
{
    public const double SmallestNormal = 1.1754943508222875e-38;

    /// <summary>The error in units in the last place of the exact result: 0 where both overflow, or where the result is no further off than <paramref name="smallest"/> and the exact one is below
    /// it; NaN, which is above every bound, where one of the two is NaN, infinite or tiny alone.</summary>
    public static double OfLastPlace(float result, double expected, double smallest = SmallestNormal)
    {
        if (double.IsNaN(expected))
            return float.IsNaN(result) ? 0 : double.NaN;
        if (double.IsInfinity(expected) || Math.Abs(expected) > float.MaxValue)
            return float.IsInfinity(result) && Math.Sign(result) == Math.Sign(expected) || Math.Abs(result) == float.MaxValue ? 0 : double.NaN;
        if (Math.Abs(expected) < smallest)
            return Math.Abs(result - expected) <= smallest ? 0 : double.NaN;
        return Math.Abs(result - expected) / Math.ScaleB(1, Math.ILogB(expected) - 23);
    }

    /// <summary>The largest error over the arguments and where it is; NaN where one was.</summary>
    public static (double Error, float At) Worst(float[] arguments, Func<int, double> error)
    {
        (double Error, float At) worst = (0, 0);
        for (int i = 0; i < arguments.Length && !double.IsNaN(worst.Error); i++)
        {
            double found = error(i);
            if (!(found <= worst.Error))
                worst = (found, arguments[i]);
        }
        return worst;
    }
}
