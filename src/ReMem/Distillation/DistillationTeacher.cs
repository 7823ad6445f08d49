using ReMem.Distillation.Cache;
using ReMem.Models;

namespace ReMem.Distillation;

/// <summary>A teacher of a student.</summary>
/// <param name="Model">Of the student's classes in the same order, and of the size of the batches' second views where they have such.</param>
/// <param name="Cache">Where its outputs for the student's batches are kept; null runs it live. Not disposed by who learns from it.</param>
internal sealed record DistillationTeacher(ImageModel Model, TeacherCacheBuilder? Cache = null);
