using System.Globalization;
using MathNet.Numerics;

namespace Initializers;

/// <summary>Signal and gradient of networks whose weights aren't independent, in the limit of infinite width: mirrored pairs, and units that each read one.</summary>
static class StructuredTheory
{
    const int Points = 20_001;
    const double Reach = 8;

    /// <summary>16,384 draws, as the networks have features, go about as far.</summary>
    const double Farthest = 4.1;

    /// <summary>Standard normal values with their weights.</summary>
    static readonly (double Z, double Weight)[] s_normal = Normal();

    static readonly Dictionary<string, Func<double, double>> s_activations = new()
    {
        ["ReLU"] = z => Math.Max(0, z),
        ["LeakyReLU(slope=0.2)"] = z => z > 0 ? z : 0.2 * z,
        ["ELU"] = z => z > 0 ? z : Math.Exp(z) - 1,
        ["SELU"] = z => 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * (Math.Exp(z) - 1)),
        ["GELU"] = z => z * (1 + SpecialFunctions.Erf(z / Math.Sqrt(2))) / 2,
        ["GELUTanh"] = z => z * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z))) / 2,
        ["SiLU"] = z => z / (1 + Math.Exp(-z)),
        ["Mish"] = z => z * Math.Tanh(z > 30 ? z : Math.Log(1 + Math.Exp(z))),
        ["HardSwish"] = z => z * Math.Clamp((z + 3) / 6, 0, 1),
        ["Tanh"] = Math.Tanh,
        ["HardTanh"] = z => Math.Clamp(z, -1, 1),
        ["Erf"] = z => SpecialFunctions.Erf(Math.Sqrt(Math.PI) * z / 2),
        ["Softsign"] = z => z / (1 + Math.Abs(z)),
        ["Sigmoid"] = z => 1 / (1 + Math.Exp(-z)),
        ["Softplus"] = z => z > 30 ? z : Math.Log(1 + Math.Exp(z)),
        ["Sin"] = Math.Sin,
        ["Identity"] = z => z,
    };

    /// <summary>Factors of signal and gradient from the first hidden layer to the last, and back; null where independent weights are a fair picture.</summary>
    /// <param name="specification">Of the hidden layers from the second on, as the plan has it.</param>
    public static (double Signal, double Gradient)? Of(string activation, string specification, double firstDeviation, int depth)
    {
        Func<double, double> function = s_activations[activation];
        return specification.Split('(')[0] switch
        {
            "looks_linear" => Mirrored(function, GainOf(specification), firstDeviation, depth),
            "hadamard_identity" or "identity" or "idinit" => OneByOne(function, depth),
            _ => null,
        };
    }

    static double GainOf(string specification)
        => specification.IndexOf("gain=", StringComparison.Ordinal) is >= 0 and var at ? double.Parse(specification[(at + 5)..].Split(')', ',')[0], CultureInfo.InvariantCulture) : 1;

    /// <summary>
    /// Of a pair u and −u the next layer reads φ(u) − φ(−u) by orthogonal weights: q′ = g² E (φ(u) − φ(−u))². Back a pair gets φ′(u) δ and −φ′(−u) δ, and hands (φ′(u) + φ′(−u)) δ on, so that |δ|² grows by g² E (φ′(u) + φ′(−u))² a layer.
    /// </summary>
    static (double Signal, double Gradient) Mirrored(Func<double, double> function, double gain, double firstDeviation, int depth)
    {
        double deviation = firstDeviation, logGradient = 0, last = 0, first = 0;
        for (int layer = 0; layer < depth; layer++)
        {
            double size = deviation, square = 0, turned = 0, own = 0;
            foreach ((double z, double weight) in s_normal)
            {
                double u = size * z, odd = function(u) - function(-u), up = Slope(function, u), down = Slope(function, -u);
                square += weight * odd * odd;
                turned += weight * (up + down) * (up + down);
                own += weight * (up * up + down * down);
            }
            if (layer == 0)
                first = own;
            else
                logGradient += Math.Log(gain * gain * turned) / 2;
            last = own;
            if (layer < depth - 1)
                deviation = gain * Math.Sqrt(square);
        }
        return (deviation / firstDeviation, Math.Exp(logGradient) * Math.Sqrt(first / last));
    }

    /// <summary>z′ = φ(z), unit by unit, of normal features; the gradient that reaches all units alike. An identity's single output reads the first unit alone, whose own gradient is what is measured.</summary>
    static (double Signal, double Gradient) OneByOne(Func<double, double> function, int depth)
    {
        double mean = 0, square = 0, gradient = 0, last = 0;
        foreach ((double x, double weight) in s_normal.Where(point => Math.Abs(point.Z) < Farthest))
        {
            double z = x, product = 1;
            for (int layer = 1; layer < depth; layer++)
            {
                product *= Slope(function, z);
                z = function(z);
            }
            double slope = Slope(function, z);
            mean += weight * z;
            square += weight * z * z;
            last += weight * slope * slope;
            gradient += weight * product * product * slope * slope;
        }
        return (Math.Sqrt(square - mean * mean), Math.Sqrt(gradient / last));
    }

    static double Slope(Func<double, double> function, double z)
    {
        double step = 1e-6 * Math.Max(1, Math.Abs(z));
        return (function(z + step) - function(z - step)) / (2 * step);
    }

    static (double Z, double Weight)[] Normal()
    {
        double step = 2 * Reach / (Points - 1);
        return [.. Enumerable.Range(0, Points).Select(i => (Z: (i - (Points - 1) / 2 + 0.5) * step, step)).Select(at => (at.Z, at.step * Math.Exp(-at.Z * at.Z / 2) / Math.Sqrt(2 * Math.PI)))];
    }
}
